/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/server.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"
#include "harness/measure/state.h"
#include "harness/wire/codec.h"

static int request_quit(struct server *s, const json_t *message, json_t **ok, struct diag *d)
{
	(void)message;
	(void)d;
	s->ended = true;
	*ok = json_object();
	return 0;
}

/* Comes too late or too early: there is nothing at work. */
static int request_cancel(struct server *s, const json_t *message, json_t **ok, struct diag *d)
{
	(void)s;
	(void)message;
	(void)d;
	*ok = json_object();
	return 0;
}

static const struct {
	const char *name;
	request_fn *fn;
} requests[] = {
	{"hello", request_hello},   {"check", request_check}, {"prepare", request_prepare},
	{"verify", request_verify}, {"run", request_run},     {"ask", request_ask},
	{"cancel", request_cancel}, {"quit", request_quit},
};
enum { N_REQUESTS = sizeof requests / sizeof requests[0] };

json_t *server_error(int code, const struct diag *d)
{
	char text[sizeof d->file + sizeof d->text + 16];
	json_t *e = json_object();
	json_object_set_new(e, "code", json_string(err_name(code)));
	json_object_set_new(e, "text", codec_text(diag_format(d, text, sizeof text)));
	return e;
}

static json_t *id_of(const json_t *message)
{
	json_t *id = message ? json_object_get(message, "id") : NULL;
	return id ? json_incref(id) : json_null();
}

/* Takes the reference to ok, which is NULL when rc tells of an error. */
static int answer(struct server *s, const json_t *message, int rc, json_t *ok, const struct diag *why,
		  struct diag *d)
{
	json_t *o = json_object();
	json_object_set_new(o, "id", id_of(message));
	if (rc)
		json_object_set_new(o, "error", server_error(rc, why));
	else
		json_object_set_new(o, "ok", ok);
	int sent = wire_send(s->wire, o, -1, d);
	json_decref(o);
	return sent;
}

static int dispatch(struct server *s, const json_t *message, json_t **ok, struct diag *d)
{
	const char *what;
	int rc = json_get_string(message, "do", &what, d);
	if (rc)
		return rc;
	for (int i = 0; i < N_REQUESTS; i++)
		if (strcmp(requests[i].name, what) == 0)
			return requests[i].fn(s, message, ok, d);
	return diag_set(d, ERR_UNSUPPORTED, "unknown request \"%.40s\"", what);
}

static int serve(struct server *s, const json_t *message, struct diag *d)
{
	struct diag why = {0};
	json_t *ok = NULL;
	s->id = json_object_get(message, "id");
	int rc = dispatch(s, message, &ok, &why);
	s->id = NULL;
	return answer(s, message, rc, ok, &why, d);
}

/* 1: a message; 0: the end. */
static int next_message(struct server *s, json_t **message, struct diag *d)
{
	struct diag why = {0};
	if (s->pending) {
		*message = s->pending;
		s->pending = NULL;
		return 1;
	}
	int rc = wire_receive(s->wire, message, -1, &why);
	while (rc == ERR_FORMAT || rc == ERR_CANCELLED) {
		/* A signal is none of our business; a bad line is answered, the next may be good. */
		int sent = rc == ERR_FORMAT ? answer(s, NULL, rc, NULL, &why, d) : 0;
		if (sent)
			return sent;
		diag_clear(&why);
		rc = wire_receive(s->wire, message, -1, &why);
	}
	return rc < 0 ? diag_set(d, (enum err)rc, "%s", why.text) : rc;
}

int server_run(struct wire *w, struct diag *d)
{
	struct server s = {.wire = w};
	int rc = 0;
	while (!s.ended) {
		json_t *message;
		rc = next_message(&s, &message, d);
		if (rc <= 0)
			break;
		rc = serve(&s, message, d);
		json_decref(message);
		if (rc)
			break;
	}
	state_free(&s);
	/* An answer that one who is gone cannot take is no error. */
	return rc < 0 && !s.ended ? rc : 0;
}

int server_event(struct server *s, const char *name, json_t *fields, struct diag *d)
{
	json_object_set_new(fields, "id", s->id ? json_incref((json_t *)s->id) : json_null());
	json_object_set_new(fields, "event", json_string(name));
	int rc = wire_send(s->wire, fields, -1, d);
	json_decref(fields);
	return rc;
}

static bool is_cancel(const json_t *message)
{
	return strcmp(json_opt_string(message, "do", ""), "cancel") == 0;
}

bool server_cancelled(struct server *s)
{
	struct diag why = {0};
	json_t *message;
	if (s->pending || s->ended)
		return s->ended;
	int rc = wire_receive(s->wire, &message, 0, &why);
	if (rc == ERR_CANCELLED)
		return false;
	if (rc == ERR_FORMAT)
		return answer(s, NULL, rc, NULL, &why, NULL) != 0;
	if (rc <= 0) {
		s->ended = true;
		return true;
	}
	/* Another request is served after this one. */
	if (!is_cancel(message)) {
		s->pending = message;
		return false;
	}
	(void)answer(s, message, 0, json_object(), &why, NULL);
	json_decref(message);
	return true;
}
