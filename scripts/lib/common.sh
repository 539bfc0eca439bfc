# Shared by the scripts: where things are, and how they speak. Sourced, never run.
# shellcheck shell=bash

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
DEV="$ROOT/.dev"
LOG="$DEV/setup.log"
mkdir -p "$DEV"

if [ -t 1 ]; then BOLD=$'\e[1m' DIM=$'\e[2m' RED=$'\e[31m' PLAIN=$'\e[0m'; else BOLD='' DIM='' RED='' PLAIN=''; fi

say() { printf '%s\n' "$*"; }

# die "what went wrong" "what to do about it"
die() {
  printf '%s%s%s\n' "$RED$BOLD" "$1" "$PLAIN" >&2
  [ $# -lt 2 ] || printf '%s\n' "$2" >&2
  exit 1
}

# step "what is being done" command…: one line with the time it took; the output goes to the log. On a terminal the
# seconds run along.
step() {
  local what=$1 began=$SECONDS clock='' status=0 back=''
  shift
  printf '%s… ' "$what"
  printf '\n== %s: %s\n' "$what" "$*" >>"$LOG"
  if [ -t 1 ]; then
    back=$'\r'"$what… "
    run_clock "$what" "$began" &
    clock=$!
  fi
  "$@" >>"$LOG" 2>&1 || status=1
  if [ -n "$clock" ]; then
    kill "$clock" 2>/dev/null || true
    wait "$clock" 2>/dev/null || true
  fi
  if [ "$status" = 0 ]; then
    printf '%s%sdone, %s s%s\n' "$back" "$DIM" "$((SECONDS - began))" "$PLAIN"
  else
    printf '%s%sno%s    \n' "$back" "$DIM" "$PLAIN"
  fi
  return "$status"
}

# Shows how long a step has been running. Ends with the script, however that ends.
run_clock() {
  while sleep 1 && kill -0 $$ 2>/dev/null; do
    printf '\r%s… %s%s s%s ' "$1" "$DIM" "$((SECONDS - $2))" "$PLAIN"
  done
}

# The last lines of the log, for a message that has to show what a tool said.
log_tail() { tail -n "${1:-15}" "$LOG" | sed 's/^/    /'; }
