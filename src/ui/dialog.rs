//! A dialog over the page: the browser's own, which keeps the focus inside and closes at Escape.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

use super::icons::{icon, Icon};
use super::text;

/// The properties of a dialog.
#[derive(Properties, PartialEq)]
pub struct ModalProps {
    /// Its title.
    pub title: &'static str,
    /// Told when it is to be closed.
    pub close: Callback<()>,
    /// What is in it.
    pub children: Html,
}

/// A dialog that is open for as long as it is on the page.
#[component]
pub fn Modal(props: &ModalProps) -> Html {
    let element = use_node_ref();
    {
        let element = element.clone();
        use_effect_with((), move |()| {
            let dialog = element.cast::<HtmlDialogElement>();
            if let Some(dialog) = &dialog {
                // It is on the page and not open.
                let _ = dialog.show_modal();
            }
            // Closing gives the focus back to where it was.
            move || {
                if let Some(dialog) = dialog {
                    dialog.close();
                }
            }
        });
    }
    let closed = {
        let close = props.close.clone();
        move |_: Event| close.emit(())
    };
    let clicked = {
        let close = props.close.clone();
        move |_: MouseEvent| close.emit(())
    };
    // A click on what is around the dialog reaches the dialog itself.
    let outside = {
        let (close, element) = (props.close.clone(), element.clone());
        move |event: MouseEvent| {
            if event.target() == element.get().map(Into::into) {
                close.emit(());
            }
        }
    };
    html! {
        <dialog ref={element} class="modal" data-home="" aria-labelledby="modal-title" onclose={closed} onclick={outside}>
            <div class="modal-card">
                <header>
                    <h2 id="modal-title">{ props.title }</h2>
                    <button type="button" class="icon" aria-label={text().close()} onclick={clicked}>{ icon(Icon::Close) }</button>
                </header>
                { props.children.clone() }
            </div>
        </dialog>
    }
}
