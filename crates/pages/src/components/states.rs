//! Nothing here yet, and what went wrong.

use maud::{Markup, html};

use super::icon;

/// What a reader can do next.
#[derive(Clone, Debug)]
pub struct Action {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub href: String,
}

/// A list without items: what would be here, and what to do.
pub fn empty_state(icon_name: &'static str, title: &str, hint: &str, actions: &[Action]) -> Markup {
    html! {
        div.empty-state {
            (icon(icon_name))
            h2 { (title) }
            p { (hint) }
            (buttons(actions))
        }
    }
}

/// A page that is an error: its number small, what happened large, ways on below.
pub fn error_page(status: u16, title: &str, hint: &str, actions: &[Action]) -> Markup {
    html! {
        div.error-page {
            p.error-status { (status) }
            h1 { (title) }
            p { (hint) }
            (buttons(actions))
        }
    }
}

fn buttons(actions: &[Action]) -> Markup {
    html! {
        @if !actions.is_empty() {
            div.actions {
                @for (index, action) in actions.iter().enumerate() {
                    a.button.button-primary[index == 0] href=(action.href) { (action.label) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_action_stands_out() {
        let actions = [
            Action {
                label: "A".into(),
                href: "/a".into(),
            },
            Action {
                label: "B".into(),
                href: "/b".into(),
            },
        ];
        let text = error_page(404, "T", "H", &actions).into_string();
        assert!(text.contains(r#"<a class="button button-primary" href="/a">A</a>"#));
        assert!(text.contains(r#"<a class="button" href="/b">B</a>"#));
        assert!(
            !empty_state("music", "T", "H", &[])
                .into_string()
                .contains("actions")
        );
    }
}
