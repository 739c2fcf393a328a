# SPDX-License-Identifier: Apache-2.0
# Pages looked at in a browser: `make bigcheck`, or `sh tests/look/look.sh` with the environment of the tests.
EXTRA_DIST += %D%/look.sh %D%/look.mjs
