//! The icons of the page, drawn in the colour of the surrounding text.

use yew::prelude::*;

/// An icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// To the start of the run.
    Start,
    /// Play.
    Play,
    /// Pause.
    Pause,
    /// A step.
    Step,
    /// A step back.
    Back,
    /// To the present.
    Present,
    /// Undo.
    Undo,
    /// Redo.
    Redo,
    /// Light or dark.
    Theme,
    /// Settings.
    Settings,
    /// Help.
    Help,
    /// Close.
    Close,
    /// A pace that follows what happens.
    Adaptive,
    /// Follow the newest.
    Follow,
    /// Taller.
    Taller,
    /// Lower.
    Lower,
}

/// Draws an icon. It is hidden from screen readers: the button around it has a name.
pub fn icon(icon: Icon) -> Html {
    let content = match icon {
        Icon::Start => html! { <><path class="full" d="M21 5v14l-8-7zM12.5 5v14l-8-7z" /><path d="M3.5 5v14" /></> },
        Icon::Play => html! { <path class="full" d="M7 4.5v15l12-7.5z" /> },
        Icon::Pause => html! { <path class="wide" d="M8 5v14M16 5v14" /> },
        Icon::Step => html! { <><path class="full" d="M4 5v14l11-7z" /><path d="M19 5v14" /></> },
        Icon::Back => html! { <><path class="full" d="M20 5v14L9 12z" /><path d="M5 5v14" /></> },
        Icon::Present => html! { <><path class="full" d="M3 5v14l8-7zM11.5 5v14l8-7z" /><path d="M20.5 5v14" /></> },
        Icon::Undo => html! { <path d="M8.5 5 4 9.5 8.5 14M4.5 9.5h10a5 5 0 0 1 0 10H9" /> },
        Icon::Redo => html! { <path d="M15.5 5 20 9.5 15.5 14M19.5 9.5h-10a5 5 0 0 0 0 10H15" /> },
        Icon::Theme => {
            html! { <><circle cx="12" cy="12" r="8.5" /><path class="full" d="M12 3.5a8.5 8.5 0 0 1 0 17z" /></> }
        }
        Icon::Help => html! { <path d="M8.5 9c0-5 7.5-4.7 7.3 0C15.5 12 12 12 12 15.2M12 19.2v.3" /> },
        Icon::Settings => html! { <path d="M4 7h10M18 7h2M4 17h2M10 17h10M16 4.6v4.8M8 14.6v4.8" /> },
        Icon::Adaptive => html! { <path d="M2 17.5h3.5c4.5 0 3-12 6.5-12s2 12 6.5 12H22" /> },
        Icon::Follow => html! { <path d="M3 12h13M11 6.5l5.5 5.5-5.5 5.5M20.5 5v14" /> },
        Icon::Taller => html! { <path d="M6 9.5 12 4l6 5.5M6 14.5l6 5.5 6-5.5" /> },
        Icon::Lower => html! { <path d="M6 3.5 12 9l6-5.5M6 20.5l6-5.5 6 5.5" /> },
        Icon::Close => html! { <path d="m6 6 12 12M18 6 6 18" /> },
    };
    html! { <svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">{ content }</svg> }
}

/// The logo of the page.
pub fn brand() -> Html {
    html! {
        <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
            <path d="M10.4 7.4 6.2 14.8M13.6 7.4l4.2 7.4M7.8 17.6h8.4" />
            <circle class="lead" cx="12" cy="4.6" r="3.2" />
            <circle cx="4.6" cy="17.6" r="3.2" />
            <circle cx="19.4" cy="17.6" r="3.2" />
        </svg>
    }
}
