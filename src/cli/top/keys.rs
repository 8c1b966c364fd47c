//! What the keys do.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::state::State;

/// Does what a key says; whether it ends the show.
pub(super) fn press(state: &mut State, key: KeyEvent) -> bool {
    if key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('c') {
        return true;
    }
    if state.typing {
        type_in(state, key.code);
        return false;
    }
    match key.code {
        KeyCode::Char('q') => return true,
        KeyCode::Char('s') => state.sort_next(),
        KeyCode::Char('r') => state.reverse(),
        KeyCode::Char('/') => state.typing = true,
        KeyCode::Char(' ') => state.paused = !state.paused,
        KeyCode::Esc => state.set_filter(String::new()),
        KeyCode::Down => state.scroll(1),
        KeyCode::Up => state.scroll(-1),
        KeyCode::PageDown => state.scroll(20),
        KeyCode::PageUp => state.scroll(-20),
        KeyCode::Home => state.scroll(isize::MIN),
        _ => {}
    }
    false
}

fn type_in(state: &mut State, code: KeyCode) {
    let mut filter = state.filter().to_owned();
    match code {
        KeyCode::Char(c) => filter.push(c),
        KeyCode::Backspace => drop(filter.pop()),
        KeyCode::Esc => {
            filter.clear();
            state.typing = false;
        }
        KeyCode::Enter => state.typing = false,
        _ => return,
    }
    state.set_filter(filter);
}
