/** To source, or to save as ~/.config/fish/completions/coffer.fish. */
export const FISH_COMPLETION = `# coffer's completion for fish: coffer completion fish | source
function __coffer_complete
    set -l lines (coffer __complete (commandline -cp | string collect) 2>/dev/null)
    set -l kind $lines[1]
    set -e lines[1]
    if test "$kind" = files
        __fish_complete_path (commandline -ct)
    else
        printf '%s\\n' $lines
    end
end
complete -c coffer -f -a '(__coffer_complete)'
`;
