//! The longer texts of help.

/// Below every help.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  done, proven or understood
  1  refuted, or the work failed
  2  a flag, a setting or a file is not usable as it stands
  3  cannot be done or judged now; the same call may succeed later";

pub(super) const RIBBON: &str = "\
    One place to see and price Telegram gifts. Ribbon gathers every listing and sale from the markets where gifts trade into \
    one append-only log in PostgreSQL, and serves them as pages and over GraphQL. Every number it shows can be checked by \
    the person reading it: with `ribbon verify`, without our database.";

pub(super) const RIBBON_AFTER: &str = "\
Examples:
  ribbon up                        everything in one process, with a sandbox as the outside world
  ribbon up --sandbox-gifts 2000   the same with a smaller world
  ribbon config                    every setting with its default, unit and meaning
  ribbon verify event ribbon-event-17.json
                                   recompute an event from the evidence file that a page offers

Settings come from RIBBON_* variables, from ribbon.toml, or from flags; `ribbon config` lists them.";

pub(super) const UP: &str = "\
    Starts everything in one process: a private PostgreSQL cluster in the data folder (unless DATABASE_URL is set), the \
    migrations, the sandbox as the outside world (unless a market's base URL is set), one worker per market, the projections, \
    and the HTTP server. Shows progress while the first picture is indexed, and prints the addresses to open. Ctrl-C or \
    SIGTERM stops everything in order; a second Ctrl-C stops at once, which loses nothing.";

pub(super) const UP_AFTER: &str = "\
Examples:
  ribbon up
  ribbon up --sandbox-gifts 2000 --speed 60 --listen 127.0.0.1:0
  RIBBON_SANDBOX=off RIBBON_GETGEMS_API_KEY=... ribbon up
  DATABASE_URL=postgres://ribbon:secret@db/ribbon ribbon up";

pub(super) const INDEX: &str = "\
    Runs the workers: one loop per market inside its request budget, and the projections. Uses the database of DATABASE_URL, \
    or the private cluster of the data folder: the one that a running `ribbon up` has started there, else its own.";

pub(super) const INDEX_AFTER: &str = "\
Examples:
  ribbon index                     until Ctrl-C or SIGTERM
  ribbon index --once              ends when every open listing has been seen once
  ribbon index --from-fixtures     fills an empty database from recorded and constructed pages
  ribbon index --rebuild           makes state and projections anew from the log

A database filled by --from-fixtures is a world of its own: neither the sandbox's nor the real one goes into it.";

pub(super) const SERVE: &str = "\
    Serves pages, GraphQL and subscriptions, the evidence and the log for download, /live, /ready and /metrics. It writes \
    nothing to the database and needs a migrated one; /ready says what it still waits for.";

pub(super) const SERVE_AFTER: &str = "\
Examples:
  DATABASE_URL=postgres://ribbon:secret@db/ribbon ribbon serve --listen 0.0.0.0:8480";

pub(super) const MIGRATE: &str = "\
    Brings the database to this version, under a lock, and says what was applied. A database newer than this executable is \
    left as it is and told apart (exit code 2). `up` and `index` do the same at their start.";

pub(super) const MIGRATE_AFTER: &str = "\
Examples:
  DATABASE_URL=postgres://ribbon:secret@db/ribbon ribbon migrate";

pub(super) const SANDBOX: &str = "\
    Serves the outside world on loopback: every market in its own wire format, filled from a seed, with traders and, on \
    demand, faults. Prints the base URLs to configure. Its control endpoint is open to whoever reaches the port.";

pub(super) const SANDBOX_AFTER: &str = "\
Examples:
  ribbon sandbox
  ribbon sandbox --gifts 1000000 --seed 7 --speed 100 --listen 127.0.0.1:0
  ribbon sandbox telegram init-data 3 --market portals";

pub(super) const INIT_DATA: &str = "\
    Prints initData as a Mini App gets it from Telegram, signed now by the bot of the market named: with the hash that the \
    bot's token checks, and with the signature that third parties check. Opens the sandbox of the same seed and size, and \
    nothing else; no market calls it too old for some minutes.";

pub(super) const CHECK: &str = "\
    Checks the configuration, the database, the log (positions without gaps, the hash chain recomputed), the projections \
    against a replay of the log, and each configured source's reachability and credentials. Prints what is wrong and how to \
    mend it. What is found wrong also goes to the operators' webhook, where one is set.";

pub(super) const CHECK_AFTER: &str = "\
Examples:
  ribbon check
  ribbon check --offline --json";

pub(super) const VERIFY: &str = "\
    Checks what Ribbon says, without its database and without the network. Prints JSON on standard output.";

pub(super) const VERIFY_AFTER: &str = "\
Examples:
  ribbon verify gift plushpepe-298 --collection EQBG-g6ahkAUGWpefWbx-D_9sQ8oWbvy6puuq78U2c4NUDFS
  ribbon verify page getgems page.json --request 'GET /v1/nfts/offchain/on-sale/EQ...'
  ribbon verify trace trace-getgems-sale-lolpop-242675.json
  ribbon verify event ribbon-event-17.json
  ribbon export log | ribbon verify log -

Exit codes:
  0  proven or understood
  1  refuted
  2  the input is not usable
  3  cannot be judged now, as when the evidence has expired";

pub(super) const VERIFY_GIFT: &str = "\
    Computes a gift's item index and the addresses it may have on TON from its name and its collection's address. Exactly one \
    candidate is true once the gift is exported; `code_hash` is what indexers show, `library_hash` the compiled code.";

pub(super) const VERIFY_PAGE: &str = "\
    Reads a recorded response of a market and prints every listing and happening in it, normalized, and everything in it that \
    was not understood. The file is the response's body, or evidence as Ribbon keeps it (a line that describes the request, \
    then the body).";

pub(super) const VERIFY_TRACE: &str = "\
    Reads a recorded trace of toncenter (with or without the actions expected in it), or actions as TonAPI decodes them, and prints \
    the sales, auction steps and transfers with price, seller, buyer, market and fees. Each number says whether the messages gave it \
    or the trace's own extract of get-methods. Every message is held against its hash, and where two sides differ it is refuted.";

pub(super) const VERIFY_EVENT: &str = "\
    Recomputes an event from the evidence file that a page offers for download: the hash of the evidence, then the market's \
    own reader, then the rules that made the event. Prints each check with what the event says and what was found.";

pub(super) const VERIFY_LOG: &str = "\
    Reads an exported log (a file, or `-` for standard input), recomputes its hash chain, checks that its positions have no \
    gaps, folds it to the state of every listing and gift, and prints the head and the state hash to compare.";

pub(super) const EXPORT: &str = "\
    Writes the log as lines that anyone can fold and check with `ribbon verify log`.";

pub(super) const EXPORT_AFTER: &str = "\
Examples:
  ribbon export log > ribbon-log.ndjson
  ribbon export log --after 1000 | ribbon verify log -";

pub(super) const ADMIN: &str = "\
    For whoever runs Ribbon. Needs the database that the workers write to.";

pub(super) const JOBS: &str = "\
    Discrete work: metadata of gifts, checks of listings on TON, rebuilds. A job that fails is tried again later; after its last attempt it is a dead letter, and \
    runs again only when it is told to. Attempts are counted before they are made, so a job that takes its process down ends there too. Prints JSON.";

pub(super) const JOBS_AFTER: &str = "\
Examples:
  ribbon admin jobs list
  ribbon admin jobs show plushpepe-298
  ribbon admin jobs retry plushpepe-298
  ribbon admin jobs retry --all --kind metadata
  ribbon admin jobs add rebuild
  ribbon admin jobs add metadata plushpepe-298";

pub(super) const CONFIG: &str = "\
    Prints every setting with its default, unit and meaning.";
