'use strict';

/* What our pages share. Text from upstream becomes text nodes only, never HTML. */

function element(name, attributes, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
        if (value !== null && value !== undefined) {
            node.setAttribute(key, value);
        }
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
}

/* A link; only its text where the address is neither on the web nor a page of this site. */
function link(address, text) {
    if (/^(https?:\/\/|[\w./-]+\.(html|txt)([?#]|$)|#\w+$)/.test(address)) {
        return element('a', {href: address}, text);
    }
    return document.createTextNode(text);
}

async function load(name) {
    const answer = await fetch(name, {cache: 'no-cache'});
    if (!answer.ok) {
        throw new Error(`${name}: ${answer.status} ${answer.statusText}`);
    }
    return answer.json();
}

/* Fill the page with what `page` returns, or with the error that it throws. */
async function show(page) {
    const main = document.querySelector('main');
    try {
        const [parts] = await Promise.all([page(), publishNote]);  // publishNote: failed.js
        main.replaceChildren(...parts.filter((part) => part !== null));
    } catch (error) {
        main.replaceChildren(element('h1', {}, 'This page could not be shown'),
                             element('p', {}, String(error.message || error)));
        throw error;
    }
}

/* site.json with the words for tools, tasks, metrics, commits and data sets. */
async function loadSite() {
    const site = await load('site.json');
    const versions = new Map(Object.values(site.branches).flatMap(
        (branch) => branch.releases.map(([version, , commit]) => [commit, version])));
    return Object.assign(site, {
        release: (commit) => versions.get(commit),
        tool: (name) => site.tools[name] || {label: name[0].toUpperCase() + name.slice(1), colour: '#808080'},
        branch: (name) => site.branches[name] || {label: name, point: 'commit', releases: []},
        task: (name) => site.tasks[name] || capital(name.replaceAll('_', ' ')),
        metric: (name) => (site.metrics[name] || {label: name}).label,
        unit: (benchmark) => (site.metrics[benchmark.split('.').at(-1)] || {unit: ''}).unit,
    });
}

/* "PCA, Sgkit, compute only" */
function benchmarkWords(benchmark, site) {
    const [task, tool, metric] = benchmark.split('.').slice(-3);
    return [site.task(task), site.tool((tool || '').toLowerCase()).label, site.metric(metric || '')].join(', ');
}

/* "sim-2504-10k (2,504 samples × 10,000 variants), 1 core" */
function parameterWords(parameters, site) {
    return Object.entries(parameters).map(([name, value]) => {
        const text = plain(value);
        if (name === 'data' && site.sizes[text]) {
            const [samples, variants] = site.sizes[text];
            return `${text} (${samples.toLocaleString('en')} samples × ${variants.toLocaleString('en')} variants)`;
        }
        return name === 'cores' ? counted(Number(text), 'core') : name === 'data' ? text : `${name} ${text}`;
    }).join(', ');
}

/* "1.60 × slower"; where the words do not tell, with what is better: "3.00 × more, better" */
function changeSize({ratio, unit, better}) {
    return factor(ratio, unit) + (unit === 'seconds' ? '' : better ? ', better' : ', worse');
}

/* "PCA, Sgkit, compute only: 1.60 × slower"; with the tool whose commits did it, where it is another. */
function changeTitle(change, site) {
    const measured = (change.benchmark.split('.').at(-2) || '').toLowerCase();
    const by = change.kind === 'machine' ? `machine ${change.machine}: ` : measured === change.tool ? '' : `${site.branch(change.tool).label}: `;
    return `${by}${benchmarkWords(change.benchmark, site)}: ${changeSize(change)}`;
}

/* "PCA, Sgkit, compute only: 1.60 × slower since 0.12.0" */
function changeWords(change, site) {
    return `${changeTitle(change, site)} since ${site.release(change.commit) || change.commit.slice(0, 8)}`;
}

/* The same of an event, which may be between two commits. */
function eventWords(event, site) {
    const [old, fresh] = event.ends.map((end) => site.release(end) || end.slice(0, 8));
    return `${event.fixed ? 'fixed: ' : ''}${changeTitle(event, site)} ${event.exact ? `since ${fresh}` : `between ${old} and ${fresh}`}`;
}

function capital(text) {
    return text[0].toUpperCase() + text.slice(1);
}

function counted(number, noun) {
    return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}

function day(milliseconds) {
    return new Date(milliseconds).toISOString().slice(0, 10);
}

function minute(milliseconds) {
    return `${new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/* A ratio as a factor of at least 1; null is from or to zero. */
function size(ratio) {
    return ratio === null || ratio <= 0 ? Infinity : Math.max(ratio, 1 / ratio);
}

function times(ratio) {
    return ratio >= 100 ? Math.round(ratio).toLocaleString('en') : ratio.toPrecision(ratio >= 10 ? 3 : 2);
}

const SCALES = {
    seconds: [[1, 's'], [1e-3, 'ms'], [1e-6, 'µs'], [1e-9, 'ns']],
    bytes: [[1e9, 'GB'], [1e6, 'MB'], [1e3, 'kB'], [1, 'B']],
};

function withUnit(value, unit) {
    if (value === 0) {
        return unit === 'seconds' ? '0 s' : `0 ${unit === 'bytes' ? 'B' : unit}`;
    }
    const scales = SCALES[unit];
    if (scales) {
        const [factor, name] = scales.find(([least]) => Math.abs(value) >= least) || scales.at(-1);
        return `${Number((value / factor).toPrecision(3))} ${name}`;
    }
    const digits = Number.isInteger(value) ? value.toLocaleString('en') : Number(value.toPrecision(3));
    return `${digits} ${unit}`;
}

/* "2.40 × faster" or "2.40 × slower"; a ratio of null means that the old value is zero. */
function factor(ratio, unit) {
    if (ratio === null) {
        return 'from 0';
    }
    if (ratio === 0) {
        return 'to 0';
    }
    const size = ratio > 1 ? ratio : 1 / ratio;
    const [up, down] = unit === 'seconds' ? ['slower', 'faster'] : ['more', 'less'];
    return `${size >= 100 ? Math.round(size) : size.toPrecision(3)} × ${ratio > 1 ? up : down}`;
}

/* A parameter without the quotes that Python writes around text. */
function plain(value) {
    return String(value).replace(/^'(.*)'$/, '$1');
}

function listed(values) {
    return Object.entries(values)
        .filter(([, value]) => value !== null && value !== '')
        .map(([key, value]) => `${key} ${plain(value)}`).join(', ');
}

/* A list of [name, value]; facts without a value are left out. */
function factList(rows) {
    return element('dl', {class: 'facts'}, ...rows.filter(([, value]) => value).flatMap(
        ([name, value]) => [element('dt', {}, name), element('dd', {}, value)]));
}

/* A table whose headings are aligned as the cells of its first row: numbers at the right. */
function tableOf(head, rows) {
    const isNumber = (at) => rows.length > 0 && rows[0].children[at].matches('.number');
    return element('table', {class: isNumber(0) ? 'narrow' : null},
        element('thead', {}, element('tr', {}, ...head.map((text, at) => element('th', {class: isNumber(at) ? 'number' : null}, text)))),
        element('tbody', {}, ...rows));
}

function commitLink(commit, text) {
    return element('a', {href: `commit.html?h=${commit}`, class: 'mono'}, text || commit.slice(0, 8));
}

/* A select with its label; `change` is called with the value that was chosen. */
function chooser(label, value, options, change) {
    const select = element('select', {}, ...options.map(([one, text]) => element('option', {value: one, selected: one === value ? '' : null}, text)));
    select.addEventListener('change', () => change(select.value));
    return element('label', {}, label, select);
}

/* What is known of a change that was not confirmed. */
function verdictWords(change) {
    return {seen: change.event ? 'not measured again yet' : 'seen only', refuted: 'refuted by measuring again',
        undecided: 'measured again, undecided', machine: 'the machine’s'}[change.verdict] || change.verdict;
}
