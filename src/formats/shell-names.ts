/** The shells that read `--format shell`. */
export const SHELLS = ['bash', 'dash', 'sh', 'zsh'] as const;
export type Shell = (typeof SHELLS)[number];

/** Variables that bash, dash or sh set themselves, or take only numbers for. */
const POSIX = new Set(
  (
    '_ BASHOPTS BASHPID BASH_ALIASES BASH_ARGC BASH_ARGV BASH_CMDS BASH_COMMAND BASH_LINENO ' +
    'BASH_SOURCE BASH_SUBSHELL BASH_VERSINFO DIRSTACK EPOCHREALTIME EPOCHSECONDS EUID ' +
    'GROUPS HISTCMD LINENO OPTIND PIPESTATUS PPID RANDOM SECONDS SHELLOPTS SRANDOM UID'
  ).split(' '),
);

/** The others of zsh. */
const ZSH = new Set(
  (
    'ARGC COLUMNS EGID FUNCNEST GID HISTCHARS HISTSIZE KEYBOARD_HACK KEYTIMEOUT ' +
    'LINES LISTMAX MAILCHECK SAVEHIST SHLVL TRY_BLOCK_ERROR ' +
    'TRY_BLOCK_INTERRUPT TTYIDLE USERNAME WATCH ZSH_EVAL_CONTEXT ZSH_SUBSHELL aliases argv ' +
    'builtins cdpath commands dirstack dis_aliases dis_builtins dis_functions ' +
    'dis_functions_source dis_galiases dis_patchars dis_reswords dis_saliases fignore fpath ' +
    'funcfiletrace funcsourcetrace funcstack functions functions_source functrace galiases ' +
    'histchars history historywords jobdirs jobstates jobtexts keymaps mailpath manpath ' +
    'module_path modules nameddirs options parameters patchars path pipestatus psvar reswords ' +
    'saliases signals status termcap terminfo userdirs usergroups watch widgets ' +
    'zsh_eval_context zsh_scheduled_events'
  ).split(' '),
);

/** Whether bash, dash or sh would lose the value of a variable. */
export function isLostInPosix(variable: string): boolean {
  return POSIX.has(variable);
}

/** Whether only zsh would lose the value of a variable. */
export function isLostInZsh(variable: string): boolean {
  return ZSH.has(variable);
}
