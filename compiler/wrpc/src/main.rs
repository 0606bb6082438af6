//! The command line: files, arguments, drawing.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut input = std::io::stdin().lock();
    let mut out = std::io::stdout().lock();
    let mut err = std::io::stderr().lock();
    let mut console = wrpc::Console::of_process(&mut input, &mut out, &mut err);
    wrpc::run(std::env::args_os(), &mut console).into()
}
