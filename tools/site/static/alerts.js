'use strict';

/* alerts.html: all events, and what repeats of one commit say of our own errors. */

const OPEN = ['new', 'confirmed', 'undecided', 'acknowledged'];
const UNPROVEN = ['new', 'refuted', 'undecided'];

/* Colours are for what measuring again has confirmed, and a commit can be blamed or praised for. */
function colour(event, better) {
    return event.kind === 'machine' || UNPROVEN.includes(event.state) ? '' : better ? 'better' : 'worse';
}

function badge(event) {
    return element('span', {class: `badge ${colour(event, event.better)}`}, event.state + (event.until ? ` until ${event.until}` : ''));
}

/* Headings stand above their columns: numbers, and so theirs, at the right. */
function table(head, rows) {
    const first = rows.length ? [...rows[0].children] : [];
    return element('table', {class: first[0] && first[0].matches('.number') ? 'narrow' : null},
        element('thead', {}, element('tr', {}, ...head.map((text, at) => element('th', {class: first[at] ? first[at].className : null}, text)))),
        element('tbody', {}, ...rows));
}

function number(label, text) {
    return element('td', {class: 'number', 'data-label': label}, text);
}

function commits(event, releases) {
    const [old, fresh] = event.ends.map((end) => commitLink(end, releases[end]));
    return event.exact ? [fresh] : [old, ' … ', fresh];
}

function row(event, releases) {
    return element('tr', {},
        element('td', {'data-label': ''}, badge(event)),
        element('td', {class: 'name'}, link(`alerts.html?event=${event.id}`, event.title),
            element('span', {class: 'soft'}, `event ${event.id}, ${event.lines} series, ${event.stack} stack, ${event.machine}`)),
        element('td', {}, ...commits(event, releases)),
        element('td', {class: 'date'}, event.created.slice(0, 10)));
}

function overview(events, noise, releases) {
    const ofTools = events.filter((event) => event.kind !== 'machine' && event.state !== 'merged');
    const confirmed = ofTools.filter((event) => !UNPROVEN.includes(event.state));
    const groups = [
        ['Open', ofTools.filter((event) => OPEN.includes(event.state))],
        ['The machine', events.filter((event) => event.kind === 'machine')],
        ['Suppressed', ofTools.filter((event) => event.state === 'suppressed')],
        ['Closed', ofTools.filter((event) => ![...OPEN, 'suppressed'].includes(event.state))],
    ];
    const refuted = ofTools.filter((event) => event.state === 'refuted').length;
    return [
        element('h1', {}, 'Alerts'),
        element('p', {class: 'soft'}, 'Before an event is confirmed, both of its commits are measured again, in turn '
            + 'and each time in a fresh process, until a sequential test is sure (at most 1 % error of either kind). '
            + 'Changes that a sentinel or PLINK shares are the machine’s.'),
        events.length ? element('p', {}, `Of ${ofTools.length} changes in the results ${confirmed.length} `
            + `were confirmed and ${refuted} refuted.`) : element('p', {}, 'No night has detected a change yet.'),
        ...groups.filter(([, members]) => members.length).flatMap(([name, members]) => [
            element('h2', {}, `${name} (${members.length})`),
            table(['State', 'What', 'Commit', 'Since'], members.map((event) => row(event, releases))),
        ]),
        ...noise.flatMap(noiseOf),
    ];
}

/* What repeats of one commit, measured as the two sides of an event are, say of our own errors. */
function noiseOf(stack) {
    const rate = stack.judged
        ? `${stack.alarms} of ${stack.judged} runs of four repeats were taken for a change`
        : 'too few yet to judge';
    const rows = Object.entries(stack.detectable).sort((a, b) => a[1] - b[1]).map(([series, ratio]) => element('tr', {},
        element('td', {class: 'name mono'}, series),
        number('from', `${((ratio - 1) * 100).toPrecision(2)} %`)));
    return [
        element('h2', {}, `Repeats of one commit, ${stack.stack} stack, ${stack.machine}`),
        element('p', {}, `${stack.pairs} pairs. False alarms: ${rate}.`),
        rows.length ? table(['Benchmark', 'Smallest change that is confirmed 4 times in 5'], rows) : null,
    ].filter((part) => part !== null);
}

show(async () => {
    const wanted = new URLSearchParams(location.search).get('event');
    if (wanted) {
        if (!/^\d+$/.test(wanted)) {
            throw new Error(`there is no event ${wanted}`);
        }
        return eventPage(await load(`alerts/${wanted}.json`).catch(() => {
            throw new Error(`there is no event ${wanted}`);
        }));
    }
    const {events, noise, releases} = await load('alerts.json');
    return overview(events, noise, releases);
});
