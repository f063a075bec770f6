//! Builds the page and serves it locally.

use crate::http;
use crate::project;
use crate::setup::{self, Talk};
use crate::wasm::{Profile, Wasm};
use crate::Result;
use std::io;
use std::net::{Ipv4Addr, TcpListener};

/// The first port that is tried when no port is given.
const PORT_FIRST: u16 = 8080;

/// The number of ports that are tried.
const PORTS_TRIED_MAX: u16 = 20;

/// What `cargo xtask serve` is asked to do.
#[derive(clap::Args)]
pub struct Options {
    /// The port to serve on; without it the first free one from 8080 on
    #[arg(long)]
    port: Option<u16>,
    /// Build quickly, with checks, instead of small and fast
    #[arg(long)]
    debug: bool,
}

/// Builds the page and serves it until the program is stopped.
pub fn serve(options: &Options) -> Result<()> {
    // The port first, so that a build of minutes is not wasted if the port is taken.
    let listener = listen(options.port)?;
    let wasm = Wasm::new(setup::page(Talk::WhenWorking)?);
    let (profile, folder) = if options.debug {
        (Profile::Debug, project::root().join("target").join("dist-debug"))
    } else {
        (Profile::Release, project::dist())
    };
    if !wasm.build_page(profile, &folder)? {
        return Err("the page could not be built".to_string());
    }
    let address = listener.local_addr().map_err(|e| format!("the port is gone: {e}"))?;
    println!("\nRaft Lab is at http://{address}/ (Ctrl+C ends it)");
    http::serve(&listener, &folder);
    Ok(())
}

/// Listens on the given port, or on the first free one.
fn listen(port: Option<u16>) -> Result<TcpListener> {
    let take = |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    if let Some(port) = port {
        return take(port).map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => {
                format!("port {port} is taken by another program; choose another one or leave --port out")
            }
            _ => format!("port {port} cannot be used: {error}"),
        });
    }
    (PORT_FIRST..PORT_FIRST + PORTS_TRIED_MAX).find_map(|port| take(port).ok()).ok_or_else(|| {
        let last = PORT_FIRST + PORTS_TRIED_MAX - 1;
        format!("no port from {PORT_FIRST} to {last} is free; choose one with --port")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A port that is taken is an error when it was asked for.
    #[test]
    fn a_taken_port_is_said_clearly() {
        let holder = listen(None).expect("a port is free");
        let port = holder.local_addr().expect("it has an address").port();
        let trouble = listen(Some(port)).expect_err("it is taken");
        assert!(trouble.contains("taken by another program"), "{trouble}");
        let other = listen(None).expect("another port is free");
        assert_ne!(other.local_addr().expect("it has an address").port(), port);
    }
}
