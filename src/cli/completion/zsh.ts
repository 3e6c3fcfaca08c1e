/** To source after compinit, or to save as _coffer in a folder of $fpath. */
export const ZSH_COMPLETION = `#compdef coffer
# coffer's completion for zsh: source <(coffer completion zsh)
_coffer() {
  local line kind
  local -a lines described folders files
  lines=("\${(@f)$(coffer __complete "\${(j: :)words[1,CURRENT-1]} $QIPREFIX$PREFIX" 2>/dev/null)}")
  kind=$lines[1]
  lines[1]=()
  case $kind in
    files) _files ;;
    paths)
      folders=(\${(M)\${lines%%$'\\t'*}:#*/})
      files=(\${\${lines%%$'\\t'*}:#*/})
      compadd -f -S '' -a folders
      compadd -f -a files
      ;;
    *)
      for line in $lines; do
        described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
      done
      _describe coffer described
      ;;
  esac
}
if [[ \${funcstack[1]} == _coffer ]]; then
  _coffer "$@"
else
  compdef _coffer coffer
fi
`;
