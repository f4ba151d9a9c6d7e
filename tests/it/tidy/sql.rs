//! The committed cache of checked queries: every table in them is named with its schema.

use serde_json::Value;

use super::{assert_none, text_files};

/// Schemas that our queries may name.
const SCHEMAS: [&str; 4] = ["market.", "apalis.", "public._sqlx_migrations", "pg_catalog."];

/// Functions whose arguments contain the word `from`.
const TAKE_FROM: [&str; 4] = ["extract", "substring", "trim", "overlay"];

/// Words, numbers with their dots, parentheses and commas of a statement, in lower case, without texts and comments.
fn tokens(sql: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let lines: Vec<&str> = sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    // Every second part lies between single quotes.
    for part in lines.join("\n").split('\'').step_by(2) {
        let mut word = String::new();
        for character in part.chars() {
            if character.is_alphanumeric() || matches!(character, '_' | '.' | '$' | '"') {
                word.extend(character.to_lowercase());
                continue;
            }
            if !word.is_empty() {
                tokens.push(std::mem::take(&mut word));
            }
            if matches!(character, '(' | ')' | ',') {
                tokens.push(character.to_string());
            }
        }
        if !word.is_empty() {
            tokens.push(word);
        }
    }
    tokens
}

/// Names given by `with name as (...)`, with or without a list of columns.
fn given_names(tokens: &[String]) -> Vec<&str> {
    let mut names = Vec::new();
    for (index, token) in tokens.iter().enumerate().skip(1) {
        let next = tokens.get(index + 1).map(String::as_str);
        if token != "as" || !matches!(next, Some("(" | "materialized" | "not")) {
            continue;
        }
        let mut name = index - 1;
        if tokens[name] == ")" {
            name = tokens[..name]
                .iter()
                .rposition(|token| token == "(")
                .map_or(0, |open| open.saturating_sub(1));
        }
        names.push(tokens[name].as_str());
    }
    names
}

/// Tables of a statement that are named without a schema of ours.
fn unqualified(sql: &str) -> Vec<String> {
    let tokens = tokens(sql);
    let given = given_names(&tokens);
    let at = |index: usize| tokens.get(index).map_or("", String::as_str);
    let mut calls: Vec<&str> = Vec::new();
    let mut faults = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let before = if index == 0 { "" } else { at(index - 1) };
        match token.as_str() {
            "(" => calls.push(before),
            ")" => drop(calls.pop()),
            _ => {}
        }
        let names_a_table = match token.as_str() {
            "from" => before != "distinct" && !calls.last().is_some_and(|call| TAKE_FROM.contains(call)),
            "join" | "into" => true,
            "update" => !matches!(before, "do" | "for" | "key"),
            _ => false,
        };
        if !names_a_table {
            continue;
        }
        let mut table = index + 1;
        while matches!(at(table), "only" | "lateral") {
            table += 1;
        }
        let (name, after) = (at(table), at(table + 1));
        let is_ours = SCHEMAS.iter().any(|schema| name.starts_with(schema));
        let is_call = after == "(" && matches!(token.as_str(), "from" | "join");
        if name != "(" && !is_ours && !is_call && !given.contains(&name) {
            faults.push(name.to_owned());
        }
    }
    faults
}

#[test]
fn tables_are_named_with_their_schema() {
    for (sql, expected) in [
        ("select 1 from lots", vec!["lots"]),
        ("select 1 from market.lots l join gifts g on true", vec!["gifts"]),
        ("insert into events (x) select 1", vec!["events"]),
        ("update market.lots set x = 'from nowhere' where a is distinct from b", vec![]),
        (
            "with given as (select 1), more(a, b) as (select 2, 3) select * from given join more on true",
            vec![],
        ),
        ("select extract(epoch from at) from market.events for update skip locked", vec![]),
        ("select * from unnest($1::text[]) with ordinality as t(a, n)", vec![]),
        ("insert into market.x values (1) on conflict (a) do update set b = 1", vec![]),
        ("delete from only market.x using y -- from a comment", vec![]),
    ] {
        assert_eq!(unqualified(sql), expected, "{sql}");
    }

    let files = text_files();
    let mut queries = files.iter().filter(|file| file.folder() == ".sqlx").peekable();
    assert!(queries.peek().is_some(), "the cache of queries is committed");
    let mut faults = Vec::new();
    for file in queries {
        let cached: Value = serde_json::from_str(&file.text).expect("the cache is JSON");
        let sql = cached["query"].as_str().expect("a query");
        faults.extend(unqualified(sql).iter().map(|table| format!("{table} in: {}", sql.trim())));
    }
    assert_none(
        "A table is named with its schema, so that no search path decides what a query reads.",
        &faults,
    );
}
