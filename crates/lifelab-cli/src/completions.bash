
# Bash breaks words at colons, but `sleep:10ms` is one word. So the pieces are put together before the
# program is asked, and what was typed up to the last colon is taken off its answers.
_lifelab_whole_words() {
    local whole=() index=0 is_open=false i piece
    for ((i = 0; i < ${#COMP_WORDS[@]}; i++)); do
        piece=${COMP_WORDS[i]}
        if ((${#whole[@]})) && [[ $is_open == true || $piece == :* ]]; then
            whole[${#whole[@]} - 1]+=$piece
        else
            whole+=("$piece")
        fi
        if [[ $piece == *: ]]; then is_open=true; else is_open=false; fi
        if ((i == COMP_CWORD)); then index=$((${#whole[@]} - 1)); fi
    done
    local COMP_WORDS=("${whole[@]}") COMP_CWORD=$index typed=${whole[index]}
    _clap_complete_lifelab "$1" "$typed" "$3"
    if [[ $typed == *:* && ${#COMPREPLY[@]} -gt 0 ]]; then
        COMPREPLY=("${COMPREPLY[@]#"${typed%"${typed##*:}"}"}")
    fi
}
