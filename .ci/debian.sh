# Sourced by the need-* scripts.

# debian_install WHAT PACKAGE... installs Debian packages where this user may,
# and otherwise says what to install.
debian_install() {
  local what=$1
  shift
  local -a as_root=()
  if ((EUID != 0)); then as_root=(sudo -n); fi
  if ! command -v apt-get >/dev/null || ! "${as_root[@]}" true 2>/dev/null; then
    echo "The tests need $what. On Debian: sudo apt-get install $*" >&2
    return 1
  fi
  echo "==> installing $what: apt-get install $*"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}
