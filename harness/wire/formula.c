/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/wire/formula.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 48 };

struct parse {
	const char *text, *at;
	int depth;
	formula_value_fn *value;
	void *arg;
	struct diag *d;
};

static int parse_sum(struct parse *p, double *out);

static int fail(const struct parse *p, const char *what)
{
	return diag_set(p->d, ERR_FORMAT, "formula \"%.100s\": %s at \"%.20s\"", p->text, what, p->at);
}

static void skip_blanks(struct parse *p)
{
	while (*p->at == ' ' || *p->at == '\t')
		p->at++;
}

static bool take(struct parse *p, char c)
{
	skip_blanks(p);
	if (*p->at != c)
		return false;
	p->at++;
	return true;
}

static int parse_name(struct parse *p, double *out)
{
	char name[NAME_SIZE];
	size_t n = 0;
	while (isalnum((unsigned char)p->at[n]) || p->at[n] == '_')
		n++;
	if (n >= sizeof name)
		return fail(p, "a name is too long");
	snprintf(name, sizeof name, "%.*s", (int)n, p->at);
	if (!p->value(p->arg, name, out))
		return fail(p, "expected a counter of the group, found something else");
	p->at += n;
	return 0;
}

/* Digits, a point, an exponent: no sign, no infinity, no hexadecimal, whatever strtod takes. */
static int parse_number(struct parse *p, double *out)
{
	char digits[NAME_SIZE], *end;
	size_t n = strspn(p->at, "0123456789.");
	if ((p->at[n] == 'e' || p->at[n] == 'E') && n) {
		size_t sign = p->at[n + 1] == '-' || p->at[n + 1] == '+';
		n += 1 + sign + strspn(p->at + n + 1 + sign, "0123456789");
	}
	if (n >= sizeof digits)
		return fail(p, "a number is too long");
	snprintf(digits, sizeof digits, "%.*s", (int)n, p->at);
	*out = strtod(digits, &end);
	if (end == digits || *end || !isfinite(*out))
		return fail(p, "expected a number");
	p->at += n;
	return 0;
}

static int parse_atom(struct parse *p, double *out)
{
	if (p->depth >= FORMULA_DEPTH)
		return fail(p, "too deep");
	skip_blanks(p);
	if (isalpha((unsigned char)*p->at) || *p->at == '_')
		return parse_name(p, out);
	if (isdigit((unsigned char)*p->at) || *p->at == '.')
		return parse_number(p, out);
	p->depth++;
	int rc;
	if (take(p, '-')) {
		rc = parse_atom(p, out);
		*out = -*out;
	} else if (take(p, '(')) {
		rc = parse_sum(p, out);
		if (rc == 0 && !take(p, ')'))
			rc = fail(p, "expected )");
	} else {
		rc = fail(p, "expected a number, a name or (");
	}
	p->depth--;
	return rc;
}

static int parse_product(struct parse *p, double *out)
{
	double left = 0, right = 0;
	int rc = parse_atom(p, &left);
	while (rc == 0) {
		bool times = take(p, '*');
		if (!times && !take(p, '/'))
			break;
		rc = parse_atom(p, &right);
		if (times)
			left *= right;
		else
			left = right != 0 ? left / right : NAN;
	}
	*out = left;
	return rc;
}

static int parse_sum(struct parse *p, double *out)
{
	double left = 0, right = 0;
	int rc = parse_product(p, &left);
	while (rc == 0) {
		bool plus = take(p, '+');
		if (!plus && !take(p, '-'))
			break;
		rc = parse_product(p, &right);
		left += plus ? right : -right;
	}
	*out = left;
	return rc;
}

int formula_eval(const char *text, formula_value_fn *value, void *arg, double *out, struct diag *d)
{
	struct parse p = {.text = text, .at = text, .value = value, .arg = arg, .d = d};
	double result = 0;
	if (strlen(text) >= FORMULA_SIZE)
		return diag_set(d, ERR_FORMAT, "formula of %zu bytes, at most %d are taken", strlen(text),
				FORMULA_SIZE - 1);
	int rc = parse_sum(&p, &result);
	skip_blanks(&p);
	if (rc == 0 && *p.at)
		rc = fail(&p, "expected an operator or the end");
	if (rc == 0)
		*out = isfinite(result) ? result : NAN;
	return rc;
}
