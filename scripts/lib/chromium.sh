# Finds Chromium, or installs it from the distribution. Sourced by scripts/setup, never run.
# shellcheck shell=bash

# Only says where the browser is, for the tests: run through the link, some would not find their own files.
CHROMIUM_LINK="$DEV/chromium"

# True if there is a browser, and the link says where. CHROMIUM=… names one.
find_chromium() {
  local candidate
  for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome; do
    [ -n "$candidate" ] || continue
    candidate=$(command -v "$candidate" 2>/dev/null) || continue
    "$candidate" --version >>"$LOG" 2>&1 || continue
    ln -sfn "$candidate" "$CHROMIUM_LINK"
    return 0
  done
  return 1
}

install_chromium() {
  local as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo -n)
  # A font that knows more than English letters, or pictures of other languages are full of boxes.
  "${as_root[@]}" apt-get update &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium fonts-noto-core
}

get_chromium() {
  if [ -n "${CHROMIUM:-}" ] && ! "$CHROMIUM" --version >>"$LOG" 2>&1; then
    die "CHROMIUM=$CHROMIUM does not run." "Name another browser, or unset CHROMIUM."
  fi
  find_chromium && return
  local advice="Install it with the system's package manager (Debian: apt install chromium), or name one:
CHROMIUM=/path/to/chromium scripts/setup browser"
  command -v apt-get >/dev/null || die "There is no Chromium on this machine." "$advice"
  [ "$(id -u)" = 0 ] || sudo -n true 2>>"$LOG" || die "There is no Chromium on this machine." "$advice"
  step "Installing Chromium" install_chromium && find_chromium && return
  die "Chromium could not be installed." "$advice
The last lines of the log ($LOG):
$(log_tail)"
}
