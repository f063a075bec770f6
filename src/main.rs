//! Two short doors: in the browser it mounts the page, natively it is the command line.

/// Faster than the system's by a tenth of a run.
#[cfg(not(target_family = "wasm"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[cfg(target_family = "wasm")]
fn main() {
    yew::Renderer::<raft_lab::ui::App>::new().render();
}

#[cfg(not(target_family = "wasm"))]
fn main() -> std::process::ExitCode {
    raft_lab::cli::main()
}
