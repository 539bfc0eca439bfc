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

# step "what is being done" command…: one line with the time it took; the output goes to the log.
step() {
  local what=$1 began=$SECONDS
  shift
  printf '%s… ' "$what"
  printf '\n== %s: %s\n' "$what" "$*" >>"$LOG"
  if "$@" >>"$LOG" 2>&1; then
    printf '%sdone, %s s%s\n' "$DIM" "$((SECONDS - began))" "$PLAIN"
  else
    printf '%sno%s\n' "$DIM" "$PLAIN"
    return 1
  fi
}

# The last lines of the log, for a message that has to show what a tool said.
log_tail() { tail -n "${1:-15}" "$LOG" | sed 's/^/    /'; }
