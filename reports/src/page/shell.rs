//! Surrounds the sections of a page: its head, its style, its table of contents and its scripts.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::PageSection;
use crate::chart;

const STYLE: &str = include_str!("page.css");

/// Content security policy: nothing may be loaded from anywhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; \
                      base-uri 'none'; form-action 'none'";

/// Holds what makes one page differ from another.
pub(super) struct Shell<'a> {
    /// Command that made it.
    pub(super) generator: &'a str,
    pub(super) title: &'a str,
    /// What it is about, below its heading.
    pub(super) subject: &'a str,
    pub(super) sections: &'a [PageSection],
    pub(super) scripts: &'a [&'a str],
}

/// Writes a whole page.
pub(super) fn shell(Shell { generator, title, subject, sections, scripts }: &Shell<'_>) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="generator" content=(generator);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                link rel="icon" href="data:,";
                title { (title) }
                style { (PreEscaped(STYLE)) (PreEscaped(chart::STYLE)) }
            }
            body {
                a.skip href="#answer" { "To the answer" }
                (head(subject, sections))
                main { @for section in *sections { (one(section)) } }
                @for script in *scripts { script { (PreEscaped(script)) } }
            }
        }
    };
    page.into_string()
}

fn head(subject: &str, sections: &[PageSection]) -> Markup {
    html! {
        header {
            p.brand { "skipbench" }
            h1 { "What does a skip connection buy, and what does it cost?" }
            p.subject { (subject) }
            button.theme type="button" hidden aria-label="Light or dark" { "◐" }
            nav aria-label="Contents" {
                ul { @for (id, title, _) in sections { li { a href={ "#" (id) } { (title) } } } }
            }
        }
    }
}

fn one((id, title, body): &PageSection) -> Markup {
    html! {
        section id=(id) aria-labelledby={ (id) "-title" } {
            h2 id={ (id) "-title" } { (title) }
            (body)
        }
    }
}
