# SPDX-License-Identifier: Apache-2.0
# Everything of the large machine, and no file that may be read.
. "$here/intel.sh"
find "$tree" -type f -exec chmod 000 {} +
