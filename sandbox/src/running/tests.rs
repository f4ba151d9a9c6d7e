//! The handle, the control endpoints and the rates, from outside.

use serde_json::{Value, json};

use super::*;
use crate::{
    serve::list::iso,
    testing::{EPOCH_US, open, options, send},
};

const JSON: (&str, &str) = ("content-type", "application/json");

async fn control(running: &Running, method: &str, target: &str, body: &str) -> (u16, Value) {
    let target = format!("/control{target}");
    let answer = send(running.address(), method, &target, &[JSON], body).await.expect("an answer");
    (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
}

#[tokio::test]
async fn the_control_endpoint_does_what_the_handle_does() {
    let running = open(options(1)).await;
    let (_, told) = control(&running, "GET", "/identity", "").await;
    assert_eq!(told["identity"].as_str(), Some(running.identity().to_string().as_str()));
    assert_eq!(control(&running, "POST", "/step", r#"{"steps":25}"#).await, (200, json!({ "steps": 25 })));
    assert_eq!((running.steps(), running.now_us()), (25, EPOCH_US + 25 * 250_000));
    for (path, paused) in [("/resume", false), ("/pause", true)] {
        assert_eq!(control(&running, "POST", path, "").await, (200, json!({ "paused": paused })));
        assert_eq!(running.paused(), paused);
    }
    let order = r#"{"market":"getgems","endpoint":"on-sale","mix":"storm","seed":3}"#;
    assert_eq!(control(&running, "POST", "/faults", order).await.0, 200);
    assert_eq!(control(&running, "GET", "/faults", "").await.1["orders"][0]["mix"], "storm");
    assert_eq!(control(&running, "DELETE", "/faults", "").await, (200, json!({ "orders": [] })));
    let (_, mixes) = control(&running, "GET", "/mixes", "").await;
    assert_eq!(mixes["mixes"].as_array().map(Vec::len), Some(crate::MIXES.len()));
    let (status, truth) = control(&running, "GET", "/truth?market=getgems&collection=lolpop", "").await;
    let query = TruthQuery { collection: Some("lolpop".into()), without_happenings: false };
    let own = serde_json::to_value(running.truth("getgems", &query)).unwrap();
    assert_eq!((status, truth), (200, own));
    let (_, status) = control(&running, "GET", "/status", "").await;
    assert_eq!((&status["steps"], &status["paused"]), (&json!(25), &json!(true)));
}

#[tokio::test]
async fn what_control_cannot_do_it_says() {
    let running = open(options(1)).await;
    for (method, target, body, status) in [
        ("POST", "/step", r#"{"steps":100001}"#, 400),
        ("POST", "/step", r#"{"steps":-1}"#, 422),
        ("POST", "/step", "{", 400),
        ("POST", "/faults", r#"{"mix":"calm"}"#, 400),
        ("POST", "/faults", r#"{"mix":"storm","market":"nowhere"}"#, 400),
        ("POST", "/faults", r#"{"mix":"storm","more":1}"#, 422),
        ("GET", "/truth?market=tonapi", "", 404),
        ("GET", "/truth?market=nowhere", "", 404),
        ("GET", "/truth", "", 400),
        ("GET", "/init-data?market=getgems", "", 404),
        ("GET", "/nowhere", "", 404),
    ] {
        assert_eq!(control(&running, method, target, body).await.0, status, "{method} {target} {body}");
    }
    let browser = [JSON, ("origin", "https://elsewhere.example")];
    let answer = send(running.address(), "POST", "/control/pause", &browser, "").await.unwrap();
    assert_eq!(answer.status, 403);
    let large = "x".repeat(REQUEST_BODY_MAX + 1);
    assert_eq!(control(&running, "POST", "/faults", &large).await.0, 413);
}

#[tokio::test]
async fn addresses_lead_where_they_say() {
    let running = open(options(1)).await;
    let url = running.market_url("getgems").unwrap();
    assert_eq!(url, format!("http://{}/getgems/public-api", running.address()));
    assert_eq!(running.control_url(), format!("{}/control", running.base_url()));
    assert_eq!(running.market_url("nowhere"), None);
    let address = running.address();
    running.stop().await;
    assert!(send(address, "GET", "/control/identity", &[], "").await.is_err());
}

#[tokio::test]
async fn rates_are_served_in_tonapis_shape() {
    let running = open(options(1)).await;
    let target = "/tonapi/v2/rates?tokens=ton&currencies=usd";
    let answer = send(running.address(), "GET", target, &[], "").await.unwrap();
    let rates = answer.json();
    let ton = &rates["rates"]["TON"];
    let expected = crate::tonapi::usd_per_ton_x10000(1, EPOCH_US / 1_000);
    let told = ton["prices"]["USD"].as_f64().unwrap();
    assert!((told * 10_000.0 - expected as f64).abs() < 0.5, "{told} {expected}");
    for span in ["diff_24h", "diff_7d", "diff_30d"] {
        assert!(ton[span]["USD"].as_str().unwrap().ends_with('%'), "{rates}");
    }
    let none =
        send(running.address(), "GET", "/tonapi/v2/rates?tokens=x&currencies=usd", &[], "").await.unwrap();
    assert_eq!(none.json(), json!({ "rates": {} }));
    for target in ["/tonapi/v2/rates", "/tonapi/v2/rates?tokens=ton"] {
        assert_eq!(send(running.address(), "GET", target, &[], "").await.unwrap().status, 400);
    }
}

/// A world begun again at its epoch has done at least what it had done before, and tells it alike.
#[tokio::test]
async fn a_world_begun_again_goes_on() {
    let epoch_us = wall_us() - 20_000_000;
    let start_again = || {
        let clock = SandboxClock::Wall;
        open(SandboxOptions {
            trading: true,
            epoch_us: Some(epoch_us),
            speed_x1000: 500_000,
            clock,
            ..options(7)
        })
    };
    let tell = |running: &Running| running.truth("getgems", &TruthQuery::default()).unwrap();
    let first = start_again().await;
    first.pause();
    let (steps, before) = (first.steps(), tell(&first));
    assert!(steps >= 399, "{steps} of 20 seconds at 20 a second");
    first.stop().await;
    let second = start_again().await;
    second.pause();
    assert!(second.steps() >= steps);
    let after = tell(&second);
    assert_eq!(before.world, after.world);
    assert!(before.happenings.len() <= after.happenings.len());
    for (before, after) in before.happenings.iter().zip(&after.happenings) {
        let when = (iso(before.at_us, 3), iso(after.at_us, 3));
        assert_eq!((&before.source_id, &before.what), (&after.source_id, &after.what), "{when:?}");
        // The first world made its last steps live, and may have been late with them.
        assert!(before.at_us.abs_diff(after.at_us) < 5_000_000, "{when:?}");
    }
}

#[tokio::test]
async fn connections_that_only_open_do_not_shut_others_out() {
    let running = open(options(1)).await;
    let mut idle = Vec::new();
    for _ in 0..100 {
        idle.push(tokio::net::TcpStream::connect(running.address()).await.unwrap());
    }
    assert_eq!(control(&running, "GET", "/identity", "").await.0, 200);
}
