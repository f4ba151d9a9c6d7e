//! Prints a contact sheet of drawn gifts as HTML: `cargo run -p pages --example sheet > sheet.html`.
#![expect(clippy::print_stdout, reason = "an example's output")]

fn main() {
    let slugs = [
        "plushpepe",
        "jellybunny",
        "scaredcat",
        "toybear",
        "petsnake",
        "lovepotion",
        "moneypot",
        "snakebox",
        "eternalrose",
        "madpumpkin",
        "iongem",
        "signetring",
        "heartlocket",
        "crystalball",
        "victorymedal",
        "lolpop",
        "homemadecake",
        "lovecandle",
        "durovscap",
        "witchhat",
    ];
    let models = ["Cozy", "Ruby", "Emerald", "Midnight Blue", "Gold", "Amethyst", "Snow White", "Onyx"];
    let backdrops =
        ["Pine Green", "Amber", "Aquamarine", "Burgundy", "Sapphire", "Platinum", "Onyx Black", "Lemongrass"];
    println!(
        "<style>body{{display:grid;grid-template-columns:repeat(8,140px);gap:6px;margin:6px}}div{{border-radius:16px;height:140px}}img{{width:140px;height:140px}}</style>"
    );
    for slug in slugs {
        for (model, backdrop) in models.iter().zip(backdrops) {
            let colors = pages::art::backdrop(backdrop);
            let (center, edge) = colors.map_or(("#888", "#444"), |b| (b.center.as_str(), b.edge.as_str()));
            let drawn: String = pages::art::model(slug, model).bytes().map(|b| format!("%{b:02x}")).collect();
            println!(
                "<div style='background:radial-gradient(circle at 50% 45%,{center},{edge})'><img src='data:image/svg+xml,{drawn}'></div>"
            );
        }
    }
}
