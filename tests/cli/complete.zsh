# SPDX-License-Identifier: Apache-2.0
# Types a line and a tab into an interactive zsh whose completions are those of a folder, and prints the line as it then is.
# zsh -f complete.zsh COMPLETIONS FOLDER LINE; FOLDER is the shell's, and is left with files of this.
zmodload zsh/zpty || exit 1
completions=${1:A} folder=${2:A}
wait_for() { # a file; at most 20 s
	repeat 400; do
		[[ -e $1 ]] && return
		sleep 0.05
	done
	print -u 2 "no $1 came"
	exit 1
}
zpty -b shell zsh -f -i
zpty -w shell "PS1=; cd ${(q)folder}; PATH=${(q)PATH}; fpath=(${(q)completions} \$fpath); autoload -Uz compinit; compinit -u -D"
zpty -w shell 'tell() { print -r -- "$BUFFER" >.line.new; mv .line.new .line }; zle -N tell; bindkey "^X" tell'
zpty -w shell 'bindkey "^I" complete-word; unsetopt beep; : >.ready'
wait_for $folder/.ready
zpty -n -w shell "$3"$'\t'$'\x18'
wait_for $folder/.line
print -r -- "$(<$folder/.line)"
zpty -d shell
