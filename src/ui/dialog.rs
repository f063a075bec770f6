//! A modal dialog: the browser's own, which keeps the focus inside and closes with Escape.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

use super::icons::{icon, Icon};
use super::text;

/// The properties of a dialog.
#[derive(Properties, PartialEq)]
pub struct ModalProps {
    /// Its title.
    pub title: &'static str,
    /// Called to close it.
    pub close: Callback<()>,
    /// Its content.
    pub children: Html,
}

/// A dialog that is open as long as it is in the document.
#[component]
pub fn Modal(props: &ModalProps) -> Html {
    let element = use_node_ref();
    {
        let element = element.clone();
        use_effect_with((), move |()| {
            let dialog = element.cast::<HtmlDialogElement>();
            if let Some(dialog) = &dialog {
                // It is in the document and not open, so this cannot fail.
                let _ = dialog.show_modal();
            }
            // Closing returns the focus to where it was.
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
    // A click on the backdrop targets the dialog element itself.
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
