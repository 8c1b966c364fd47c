//! How it is drawn: a head, the bridges, the connections, the keys.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Cell, Paragraph, Row, Table};

use super::state::{Bridge, Connection, State, Ways};
use crate::cli::control::age;
use crate::cli::table::plain;
use crate::gateway::admin::Bytes;

/// Draws all of it.
pub(super) fn draw(frame: &mut Frame<'_>, state: &State) {
    let bridges = u16::try_from(state.bridges.len()).unwrap_or(u16::MAX).saturating_add(2);
    // The connections keep half of the screen.
    let most = (frame.area().height / 2).max(3);
    let [head, above, below, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(bridges.min(most)),
        Constraint::Min(3),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    draw_head(frame, head, state);
    frame.render_widget(bridge_table(&state.bridges), above);
    frame.render_widget(connection_table(state), below);
    draw_foot(frame, foot, state);
}

fn draw_head(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let line = match &state.error {
        Some(error) => Line::styled(plain(error), Style::new().add_modifier(Modifier::REVERSED)),
        None => Line::raw(plain(&state.head)),
    };
    frame.render_widget(Paragraph::new(line), area);
}

fn draw_foot(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let text = if state.typing {
        format!("filter: {}_", plain(state.filter()))
    } else {
        let filter = match state.filter() {
            "" => String::new(),
            filter => format!("  filter: {}", plain(filter)),
        };
        let paused = if state.paused { "  HALTED" } else { "" };
        format!(
            "q quit  s sort: {}  r reverse  / filter  space halt  arrows scroll{filter}{paused}",
            state.sort.word()
        )
    };
    frame.render_widget(Paragraph::new(Line::raw(text)), area);
}

fn bridge_table(bridges: &[Bridge]) -> Table<'static> {
    let rows = bridges.iter().map(|one| {
        Row::new([
            plain(&one.name),
            one.state.clone(),
            one.mode.clone(),
            one.open.to_string(),
            one.waiting.to_string(),
            rate(one.rate),
            moved(one.moved),
            plain(&one.way),
        ])
    });
    let widths = [
        Constraint::Length(20),
        Constraint::Length(9),
        Constraint::Length(7),
        Constraint::Length(6),
        Constraint::Length(7),
        Constraint::Length(23),
        Constraint::Length(21),
        Constraint::Min(20),
    ];
    let head = ["BRIDGE", "STATE", "MODE", "OPEN", "WAITING", "RATE", "CARRIED", "WAY"];
    Table::new(rows, widths).header(header(&head))
}

fn connection_table(state: &State) -> Table<'static> {
    let rows = state.shown.iter().skip(state.offset).map(connection_row);
    let widths = [
        Constraint::Length(13),
        Constraint::Length(20),
        Constraint::Length(10),
        Constraint::Length(23),
        Constraint::Length(21),
        Constraint::Min(24),
        Constraint::Min(10),
    ];
    let open = format!("{} OPEN", state.open);
    let head = [open.as_str(), "BRIDGE", "AGE", "RATE", "CARRIED", "CLIENT", "IDENTITY"];
    Table::new(rows, widths).header(header(&head))
}

fn connection_row(one: &Connection) -> Row<'static> {
    Row::new([
        plain(&one.id),
        plain(&one.bridge),
        age(one.seconds),
        rate(one.rate),
        moved(one.moved),
        plain(&one.client),
        plain(&one.identity),
    ])
}

fn header(words: &[&str]) -> Row<'static> {
    let cells = words.iter().map(|word| Cell::from((*word).to_owned()));
    Row::new(cells).style(Style::new().add_modifier(Modifier::BOLD)).top_margin(1)
}

/// To the target, and to the client.
fn rate((up, down): Ways) -> String {
    format!("{}/s > < {}/s", Bytes(up), Bytes(down))
}

fn moved((up, down): Ways) -> String {
    format!("{} > < {}", Bytes(up), Bytes(down))
}
