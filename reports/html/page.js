// SPDX-License-Identifier: Apache-2.0
// Adds sorting and filtering. Without it every row is there in plan order and no control is dead.
(function () {
	"use strict";

	function add(parent, tag, props) {
		var node = document.createElement(tag);
		Object.keys(props || {}).forEach(function (k) { node[k] = props[k]; });
		parent.appendChild(node);
		return node;
	}

	// data-v is the raw number of a cell; an empty one (the row has no number) stays last both ways.
	function keyOf(row, column) {
		var cell = row.cells[column];
		if (!cell) return null;
		if (cell.dataset.v !== undefined) return cell.dataset.v === "" ? null : Number(cell.dataset.v);
		return cell.textContent.trim() || null;
	}

	function compare(a, b) {
		if (typeof a === "number" && typeof b === "number") return a - b;
		return String(a).localeCompare(String(b), "en", { numeric: true });
	}

	function reorder(table, column, direction) {
		var body = table.tBodies[0];
		Array.from(body.rows).map(function (row) {
			return { row: row, key: direction ? keyOf(row, column) : null, plan: Number(row.dataset.plan) };
		}).sort(function (a, b) {
			if (!direction) return a.plan - b.plan;
			if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.plan - b.plan;
			return (direction === "ascending" ? 1 : -1) * compare(a.key, b.key) || a.plan - b.plan;
		}).forEach(function (x) { body.appendChild(x.row); });
	}

	// A press sorts, a second turns round, a third restores the plan's order.
	function sortable(table, say) {
		var heads = Array.from(table.tHead.rows[0].cells);
		Array.from(table.tBodies[0].rows).forEach(function (row, i) { row.dataset.plan = i; });
		heads.forEach(function (head, column) {
			var order = head.classList.contains("n") ? ["descending", "ascending"] : ["ascending", "descending"];
			var button = document.createElement("button");
			button.type = "button";
			button.title = "sort; a third press restores the plan's order";
			while (head.firstChild) button.appendChild(head.firstChild);
			head.appendChild(button);
			button.addEventListener("click", function () {
				var next = order[order.indexOf(head.getAttribute("aria-sort")) + 1] || null;
				heads.forEach(function (h) { h.removeAttribute("aria-sort"); });
				if (next) head.setAttribute("aria-sort", next);
				reorder(table, column, next);
				say(next ? "sorted by " + head.textContent.trim() + ", " + next : "plan order");
			});
		});
	}

	// data-filter: columns that get a list of the values they hold.
	function filterable(table, bar, say) {
		var rows = Array.from(table.tBodies[0].rows);
		function textOf(row, column) { return row.cells[column] ? row.cells[column].textContent.trim() : ""; }
		var lists = table.dataset.filter.split(" ").filter(Boolean).map(function (column) {
			var values = rows.map(function (row) { return textOf(row, column); })
				.filter(function (v, i, all) { return v && all.indexOf(v) === i; });
			if (values.length < 2) return null;
			var name = table.tHead.rows[0].cells[column].textContent.trim();
			var select = add(add(bar, "label", { textContent: name + " " }), "select");
			add(select, "option", { value: "", textContent: "all" });
			values.forEach(function (v) { add(select, "option", { value: v, textContent: v }); });
			return { select: select, column: column };
		}).filter(Boolean);
		var find = add(add(bar, "label", { textContent: "find " }), "input", { type: "search", placeholder: "any text", size: 14 });

		function apply() {
			var shown = 0;
			rows.forEach(function (row) {
				row.hidden = !lists.every(function (l) {
					return !l.select.value || textOf(row, l.column) === l.select.value;
				}) || row.textContent.toLowerCase().indexOf(find.value.toLowerCase()) < 0;
				shown += !row.hidden;
			});
			say(shown + " of " + rows.length + " rows");
		}

		bar.addEventListener("input", apply);
		add(bar, "button", { type: "button", textContent: "clear" }).addEventListener("click", function () {
			lists.forEach(function (l) { l.select.value = ""; });
			find.value = "";
			apply();
		});
	}

	document.querySelectorAll("table[data-sort]").forEach(function (table) {
		var bar = document.createElement("div");
		var status = document.createElement("output");
		function say(text) { status.textContent = text; }
		bar.className = "tools";
		table.closest(".scroll").before(bar);
		if (table.dataset.filter !== undefined) filterable(table, bar, say);
		sortable(table, say);
		bar.appendChild(status);
	});
}());
