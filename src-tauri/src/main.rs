//! The desktop program: sets up the process, then hands over to the library.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

/// Lists of ten thousand rows are a million small allocations on threads that begin with nothing; the system's allocator
/// grows a thread's memory page by page.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    renderer::choose();
    countinghouse_desktop::run(std::env::args().skip(1))
}

#[cfg(target_os = "linux")]
mod renderer {
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    const SWITCH: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

    /// WebKit's DMA-BUF renderer shows blank windows on some drivers and costs some 60 MB. The switch must be in the
    /// environment before GTK starts; the process replaces itself once, which keeps its id and its arguments.
    pub fn choose() {
        if std::env::var_os(SWITCH).is_some() {
            return;
        }
        if let Ok(program) = std::env::current_exe() {
            let error = Command::new(program).args(std::env::args_os().skip(1)).env(SWITCH, "1").exec();
            eprintln!("The program could not start itself with {SWITCH}: {error}. It goes on without.");
        }
    }
}
