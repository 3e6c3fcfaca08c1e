/** Works with bash 3.2 and later; compopt exists from 4.0 on. */
export const BASH_COMPLETION = `# coffer's completion for bash: eval "$(coffer completion bash)"
_coffer() {
  local kind word meaning
  COMPREPLY=()
  {
    IFS= read -r kind
    while IFS=$'\\t' read -r word meaning; do COMPREPLY+=("$word"); done
  } < <(coffer __complete "\${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null)
  case $kind in
    files) compopt -o default 2>/dev/null ;;
    paths)
      # Otherwise a name such as $(command) would run when the line does.
      if ! compopt -o filenames 2>/dev/null; then
        for word in "\${!COMPREPLY[@]}"; do
          printf -v meaning %q "\${COMPREPLY[word]}"
          COMPREPLY[word]=$meaning
        done
      fi
      ;;
  esac
}
complete -F _coffer coffer
`;
