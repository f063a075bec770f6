//! The driver as hooks of components.

use yew::prelude::*;

use super::{Driver, Frame};
use crate::ui::{crash, media, rest, store};
use crate::view::speed::Speed;

/// The driver, opened once.
#[hook]
pub fn use_driver() -> Driver {
    let driver = use_memo((), |()| {
        rest::announce();
        crash::install();
        let settings = store::settings().unwrap_or_default();
        media::set_theme(settings.theme);
        Driver::open((Speed::at(settings.speed), settings.pace))
    });
    (*driver).clone()
}

/// The current frame, for the life of the component.
#[hook]
pub fn use_frame(driver: &Driver) -> Frame {
    let frame = use_state_eq(|| driver.frame());
    {
        let (driver, frame) = (driver.clone(), frame.setter());
        use_effect_with((), move |()| {
            let running = driver.start(Callback::from(move |next| frame.set(next)));
            move || drop(running)
        });
    }
    (*frame).clone()
}
