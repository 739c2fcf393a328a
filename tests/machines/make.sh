#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: make.sh MACHINE DIR : makes the tree of that machine (a file MACHINE.sh beside this one) below DIR.
set -eu
here=$(dirname "$0")
tree=$2
mkdir -p "$tree"
. "$here/tree.sh"
. "$here/$1.sh"
