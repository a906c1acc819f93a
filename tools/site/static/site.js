'use strict';

/* What our pages share. Text from upstream reaches the page only as text nodes. */

function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
        if (value !== null && value !== undefined) {
            made.setAttribute(key, value);
        }
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
}

/* A link, or only its text where the address is not one to follow. */
function link(address, text) {
    if (/^(https?:\/\/|[\w./-]+\.(html|txt)([?#]|$))/.test(address)) {
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

/* Run a page's function; what it throws is shown in place of the page. */
async function show(page) {
    const main = document.querySelector('main');
    try {
        main.replaceChildren(...await page());
    } catch (error) {
        main.replaceChildren(element('h1', {}, 'This page could not be shown'),
                             element('p', {}, String(error.message || error)));
        throw error;
    }
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

/* "2.40 × faster", whichever way; null stands for a value that came from zero. */
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

/* asv keeps parameters as Python writes them: 'smoke', 1 */
function plain(value) {
    return String(value).replace(/^'(.*)'$/, '$1');
}

function listed(values) {
    return Object.entries(values)
        .filter(([, value]) => value !== null && value !== '')
        .map(([key, value]) => `${key} ${plain(value)}`).join(', ');
}

function commitLink(commit, text) {
    return element('a', {href: `commit.html?h=${commit}`, class: 'mono'}, text || commit.slice(0, 8));
}
