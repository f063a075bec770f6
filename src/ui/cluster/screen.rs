//! From the screen to the picture.

use web_sys::Element;
use yew::NodeRef;

use crate::view::geometry::{to_picture, Point};
use crate::view::ring::Ring;

/// Where the picture is on the screen.
#[derive(Clone, PartialEq)]
pub struct Screen {
    element: NodeRef,
    size: (f64, f64),
}

impl Screen {
    /// The picture of this ring in this element.
    pub fn new(element: &NodeRef, ring: &Ring) -> Screen {
        Screen { element: element.clone(), size: (ring.width, ring.height) }
    }

    /// The point of the picture at a point of the screen.
    pub fn place(&self, x: i32, y: i32) -> Point {
        let rect = self.element.cast::<Element>().map(|element| element.get_bounding_client_rect());
        let rect = rect.map_or((0.0, 0.0, 0.0, 0.0), |r| (r.left(), r.top(), r.width(), r.height()));
        to_picture(Point::new(x.into(), y.into()), rect, self.size)
    }
}
