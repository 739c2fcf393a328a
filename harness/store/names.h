/* SPDX-License-Identifier: Apache-2.0 */
/* The words that enums have in the tables: for harness/store only. Lists end with NULL, in the enum's order. */
#ifndef IFM_STORE_NAMES_H
#define IFM_STORE_NAMES_H

extern const char *const point_state_names[];
extern const char *const point_role_names[];
extern const char *const visit_kind_names[];
extern const char *const visit_state_names[]; /* of a bool: failed */

#endif
