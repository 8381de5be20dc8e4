/** What shells read to complete `trailbook`: thin scripts that ask the program itself what can come next. */

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** The last line of an answer where names of files can stand too. */
export const filesMark = ':files'

// Bash breaks words at `=`, so that of `--format=js` only what follows the sign is put in.
const bash = `# bash completion for trailbook: source <(trailbook completion bash)
_trailbook() {
  local line=\${COMP_LINE:0:COMP_POINT} cur word files= IFS=$' \\t\\n'
  local -a words
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  cur=\${words[\${#words[@]}-1]}
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    if [[ $word == '${filesMark}' ]]; then files=1; continue; fi
    [[ $cur == *=* && $word == "\${cur%%=*}="* ]] && word=\${word#"\${cur%%=*}="}
    COMPREPLY+=("$word")
  done < <(trailbook completion --words -- "\${words[@]:1}" 2>/dev/null)
  if [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "\${cur##*=}")
  elif [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]]; then
    compopt -o nospace 2>/dev/null
  fi
}
complete -F _trailbook trailbook
`

const zsh = `#compdef trailbook
# zsh completion for trailbook: source <(trailbook completion zsh), or put it into a folder of $fpath as _trailbook
_trailbook() {
  local line files
  local -a found
  for line in "\${(@f)$(trailbook completion --words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == '${filesMark}' ]]; then files=1
    elif [[ -n $line ]]; then found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done
  (( $#found )) && _describe -t trailbook trailbook found
  [[ -n $files ]] && { compset -P '*='; _files }
}
if [[ $funcstack[1] == _trailbook ]]; then _trailbook "$@"; else compdef _trailbook trailbook; fi
`

const fish = `# fish completion for trailbook: trailbook completion fish | source
function __trailbook_words
  set -l words (commandline -opc) (commandline -ct)
  for line in (trailbook completion --words -- $words[2..-1] 2>/dev/null)
    if test "$line" = '${filesMark}'
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c trailbook -f -a '(__trailbook_words)'
`

export const completionScripts: Readonly<Record<Shell, string>> = { bash, zsh, fish }
