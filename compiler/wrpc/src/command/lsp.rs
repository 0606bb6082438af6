//! `wrpc lsp`: the language server for editors, over the standard streams.

use super::Exit;
use crate::Console;
use crate::lsp::{End, serve};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "An editor starts it, speaks the Language Server Protocol on its standard streams, and stops it.\n\n\
                  Neovim:  vim.lsp.config('wrpc', { cmd = { 'wrpc', 'lsp' }, filetypes = { 'wrp' } })\n\
                  Helix:   [language-server.wrpc]\n         command = \"wrpc\"\n         args = [\"lsp\"]"
)]
pub(crate) struct Args {
    /// Accepted since editors pass it; there is no other way to speak
    #[arg(long)]
    stdio: bool,
}

pub(super) fn run(_: Args, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    Ok(match serve(console.input, console.out)? {
        End::Orderly => Exit::Fine,
        End::Abrupt => Exit::Findings,
    })
}
