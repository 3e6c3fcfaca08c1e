import { isAbsolute, relative, sep } from 'node:path';
import { shellQuote } from '../../formats/shell.ts';
import { SAFE } from '../../git/run.ts';

const GIT = ['git', ...SAFE].join(' ');

/**
 * Functions for sh that find and run coffer, for what git starts in the top folder: the one in
 * node_modules, the one that installed this, the one on PATH. Whoever looks at a branch must not
 * run what it brings along, so inside the work tree git has to ignore it, and must not track
 * anything beside it.
 * @param program the script of the coffer that is running, if it is the command line
 */
export function finderScript(root: string, program: string | undefined): string {
  const candidates = ['"$PWD/node_modules/.bin/coffer"', '"$(command -v coffer)"'];
  if (program !== undefined) candidates.splice(1, 0, writtenDown(root, program));
  return `is_ours() {
  [ -f "$1" ] || return 1
  for at in "$1" "$(readlink -f "$1" 2>/dev/null)"; do
    at=$(cd "$(dirname "$at")" && pwd -P)/$(basename "$at")
    case $at in "$(pwd -P)"/*) at=\${at#"$(pwd -P)"/} ;; *) continue ;; esac
    case $at in
      *node_modules/*) beside=\${at%%node_modules/*}node_modules ;;
      *) beside=$(dirname "$at") ;;
    esac
    ${GIT} check-ignore -q -- "$at" 2>/dev/null || return 1
    [ -z "$(${GIT} ls-files -- "$beside")" ] || return 1
  done
}
find_coffer() {
  for coffer in ${candidates.join(' ')}; do
    case $coffer in /*) is_ours "$coffer" && return ;; esac
  done
  return 127
}
run_coffer() {
  find_coffer || return
  if [ -x "$coffer" ]; then "$coffer" "$@"; else ${shellQuote(process.execPath)} "$coffer" "$@"; fi
}
`;
}

/** Inside the work tree by its path from the top folder: other working trees have their own. */
function writtenDown(root: string, program: string): string {
  const below = relative(root, program);
  const isInside = !isAbsolute(below) && below.split(sep)[0] !== '..';
  return isInside ? `"$PWD"/${shellQuote(below)}` : shellQuote(program);
}
