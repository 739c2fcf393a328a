// SPDX-License-Identifier: Apache-2.0
// Looks at pages in a real browser: node look.mjs PAGE.html... [--shots FOLDER]. Prints TAP.
// Each page is opened as a phone and wide, light and dark, with scripts and without. It must open without an error
// or a request, be no wider than its window, keep texts of a picture apart, and sort and filter as it says.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const pages = process.argv.slice(2);
const flag = pages.indexOf("--shots");
const shots = flag >= 0 ? resolve(pages.splice(flag, 2)[1]) : null;
const BYTES_MAX = 3e6;
const VIEWS = [
	{ width: 400, dark: false, scripts: true }, { width: 400, dark: true, scripts: false },
	{ width: 1000, dark: false, scripts: false },
	{ width: 1600, dark: false, scripts: true }, { width: 1600, dark: true, scripts: true },
];

// ---- the browser, over its debugging pipe: messages are JSON that ends with a NUL ----
class Browser {
	constructor(program) {
		this.profile = mkdtempSync(join(tmpdir(), "look-"));
		this.waiting = new Map();
		this.heard = [];
		this.last = 0;
		this.process = spawn(program, ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
			"--remote-debugging-pipe", "--user-data-dir=" + this.profile, "about:blank"],
		{ stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
		this.ended = new Promise((done) => this.process.on("close", done).on("error", done));
		let rest = "";
		this.process.stdio[4].setEncoding("utf8").on("data", (text) => {
			const messages = (rest + text).split("\0");
			rest = messages.pop();
			messages.forEach((m) => this.hear(JSON.parse(m)));
		});
	}

	hear(message) {
		const answer = this.waiting.get(message.id);
		if (!answer) {
			this.heard.push(message);
			return;
		}
		this.waiting.delete(message.id);
		if (message.error) answer.fail(new Error(message.error.message));
		else answer.done(message.result);
	}

	ask(method, params = {}, sessionId = undefined) {
		const id = ++this.last;
		this.process.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + "\0");
		return new Promise((done, fail) => this.waiting.set(id, { done, fail }));
	}

	async heardOf(method) {
		for (let tries = 0; tries < 1200; tries++) {
			if (this.heard.some((m) => m.method === method)) return;
			await new Promise((done) => setTimeout(done, 50));
		}
		throw new Error("no " + method + " in a minute");
	}

	async close() {
		await this.ask("Browser.close").catch(() => {});
		await this.ended;
		rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
	}
}

// ---- what runs in the page; each returns a list of complaints ----
function layout() {
	const found = [], say = (text) => found.push(text);
	const wide = document.documentElement.scrollWidth;
	if (wide > innerWidth) {
		const over = [...document.querySelectorAll("body *")].filter((e) => !e.closest(".scroll, pre, .wide, nav") &&
			e.getBoundingClientRect().right > innerWidth + 1);
		say(`the page is ${wide} wide in ${innerWidth}: ${over.slice(0, 3).map((e) => e.tagName + "." + e.className)}`);
	}
	const main = document.querySelector("main").getBoundingClientRect().width;
	if (main < 0.6 * Math.min(innerWidth, 1520)) say(`the text is only ${main} wide`);
	for (const svg of document.querySelectorAll("svg.plot")) {
		const name = svg.querySelector("title").textContent, frame = svg.getBoundingClientRect();
		const texts = [...svg.querySelectorAll("text")].filter((t) => t.textContent.trim() && !t.closest("[transform*=rotate]"))
			.map((t) => ({ text: t.textContent.trim(), box: t.getBoundingClientRect() }));
		for (const [i, a] of texts.entries()) {
			if (a.box.left < frame.left - 1 || a.box.right > frame.right + 1) say(`${name}: "${a.text}" is cut off`);
			for (const b of texts.slice(i + 1)) {
				const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
				const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
				if (across > 1 && down > 0.25 * Math.min(a.box.height, b.box.height)) say(`${name}: "${a.text}" lies on "${b.text}"`);
			}
		}
	}
	const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
	ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => say("an id stands twice: " + id));
	document.querySelectorAll("a[href^='#']").forEach((a) => {
		if (!document.getElementById(a.getAttribute("href").slice(1))) say("a link to nothing: " + a.getAttribute("href"));
	});
	document.querySelectorAll("table").forEach((t) => {
		if (!t.caption || !t.caption.textContent.trim()) say("a table without a caption");
		if (t.querySelector("th:not([scope])")) say("a head without a scope");
	});
	return found;
}

function controls() {
	return [...document.querySelectorAll("button, select, input")].map((e) => "a dead control: " + e.outerHTML.slice(0, 60));
}

function sorting() {
	const found = [];
	document.querySelectorAll("table[data-sort]").forEach((table) => {
		const name = table.caption.querySelector("b").textContent, heads = [...table.tHead.rows[0].cells];
		const rows = () => [...table.tBodies[0].rows], order = () => rows().map((r) => r.dataset.plan).join(), plan = order();
		heads.forEach((head, column) => {
			const button = head.querySelector("button"), down = head.classList.contains("n");
			const values = () => rows().map((r) => r.cells[column].dataset.v).filter(Boolean).map(Number);
			button.click();
			if (head.getAttribute("aria-sort") !== (down ? "descending" : "ascending")) found.push(`${name}: ${head.textContent} does not say how it sorts`);
			if (down && values().some((v, i, all) => i && v > all[i - 1])) found.push(`${name}: ${head.textContent} is not sorted`);
			const first = rows().findIndex((r) => r.cells[column].dataset.v === "");
			if (first >= 0 && rows().slice(first).some((r) => r.cells[column].dataset.v)) found.push(`${name}: ${head.textContent}: gaps are not last`);
			button.click();
			button.click();
			if (order() !== plan || head.hasAttribute("aria-sort")) found.push(`${name}: the third press does not restore the plan`);
		});
		const bar = table.closest(".scroll").previousElementSibling, list = bar.querySelector("select"), box = bar.querySelector("input");
		if (!bar.querySelector("output").textContent) found.push(`${name}: nothing is said of what was done`);
		if (list) {
			list.value = list.options[1].value;
			bar.dispatchEvent(new Event("input"));
			const shown = rows().filter((r) => !r.hidden).length;
			if (shown === 0 || shown === rows().length) found.push(`${name}: the filter shows ${shown} of ${rows().length}`);
		}
		if (box) {
			box.value = "no row has this";
			bar.dispatchEvent(new Event("input"));
			if (rows().some((r) => !r.hidden)) found.push(`${name}: the search shows what it does not find`);
			bar.querySelector("button").click();
			if (rows().some((r) => r.hidden)) found.push(`${name}: clear leaves rows hidden`);
		}
	});
	return found;
}

// ---- one page in one view ----
function trouble(message) {
	const p = message.params;
	if (message.method === "Runtime.exceptionThrown") return "threw: " + (p.exceptionDetails.exception?.description ?? p.exceptionDetails.text);
	if (message.method === "Log.entryAdded") return "console: " + p.entry.text;
	if (message.method === "Network.requestWillBeSent" && !/^(file|data):/.test(p.request.url)) return "asks for " + p.request.url;
	return null;
}

async function look(browser, page, view) {
	const { targetId } = await browser.ask("Target.createTarget", { url: "about:blank" });
	const { sessionId } = await browser.ask("Target.attachToTarget", { targetId, flatten: true });
	const ask = (method, params) => browser.ask(method, params, sessionId);
	const run = async (f) => (await ask("Runtime.evaluate", { expression: `(${f})()`, returnByValue: true })).result.value ?? [`${f.name} broke`];
	for (const domain of ["Page", "Runtime", "Network", "Log"]) await ask(domain + ".enable");
	await ask("Emulation.setDeviceMetricsOverride", { width: view.width, height: 900, deviceScaleFactor: 1, mobile: view.width < 600 });
	await ask("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: view.dark ? "dark" : "light" }] });
	await ask("Emulation.setScriptExecutionDisabled", { value: !view.scripts });
	browser.heard.length = 0;
	await ask("Page.navigate", { url: pathToFileURL(page).href });
	await browser.heardOf("Page.loadEventFired");
	const found = [...await run(layout), ...(view.scripts ? [] : await run(controls))];
	const ground = (await ask("Runtime.evaluate", { expression: "getComputedStyle(document.documentElement).backgroundColor", returnByValue: true })).result.value;
	if ((Number(ground.match(/\d+/)) < 128) !== view.dark) found.push("the page is " + ground);
	if (shots) {
		const height = Math.min((await ask("Page.getLayoutMetrics")).cssContentSize.height, 12000);
		const { data } = await ask("Page.captureScreenshot", { captureBeyondViewport: true, clip: { x: 0, y: 0, width: view.width, height, scale: 1 } });
		writeFileSync(join(shots, `${basename(page, ".html")}-${view.width}-${view.dark ? "dark" : "light"}.png`), Buffer.from(data, "base64"));
	}
	if (view.scripts) found.push(...await run(sorting));
	if (view.width === 1600 && view.dark) {
		const { data } = await ask("Page.printToPDF", { preferCSSPageSize: true, printBackground: false });
		const pdf = Buffer.from(data, "base64");
		if (!pdf.includes("/MediaBox [0 0 594")) found.push("paper is not A4");
		if (shots) writeFileSync(join(shots, basename(page, ".html") + ".pdf"), pdf);
	}
	found.push(...browser.heard.map(trouble).filter(Boolean));
	await browser.ask("Target.closeTarget", { targetId });
	return found;
}

if (shots) mkdirSync(shots, { recursive: true });
const browser = new Browser(process.env.CHROMIUM ?? "chromium");
let n = 0, failed = 0;
function ok(good, name, why = []) {
	console.log(`${good ? "ok" : "not ok"} ${++n} - ${name}`);
	why.forEach((w) => console.log("# " + w.replace(/\n/g, " ")));
	failed += !good;
}
try {
	for (const page of pages) {
		const bytes = statSync(page).size;
		ok(bytes < BYTES_MAX, `${basename(page)} is below 3 MB (${bytes} bytes)`);
		for (const view of VIEWS) {
			const found = await look(browser, resolve(page), view);
			ok(found.length === 0, `${basename(page)}, ${view.width} wide, ${view.dark ? "dark" : "light"}, scripts ${view.scripts ? "on" : "off"}`, found.slice(0, 40));
		}
	}
	console.log(`1..${n}`);
} catch (error) {
	console.log("Bail out! " + error.message);
	failed++;
}
await browser.close();
process.exit(failed ? 1 : 0);
