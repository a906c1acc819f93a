'use strict';

/* alerts.html: all events, and how often the tracker errs, by repeats of one commit. */

const OPEN = ['confirmed', 'acknowledged'];
const WAITING = ['new', 'undecided'];
const UNPROVEN = ['new', 'refuted', 'undecided'];

/* Only a confirmed change of a tool has a colour. */
function colour(event, better) {
    return event.kind === 'machine' || UNPROVEN.includes(event.state) ? '' : better ? 'better' : 'worse';
}

function badge(event) {
    return element('span', {class: `badge ${colour(event, event.better)}`}, event.state + (event.until ? ` until ${event.until}` : ''));
}

function number(label, text) {
    return element('td', {class: 'number', 'data-label': label}, text);
}

function commits(event, releases) {
    const [old, fresh] = event.ends.map((end) => commitLink(end, releases[end]));
    return event.exact ? [fresh] : [old, ' … ', fresh];
}

function row(event, releases, site) {
    return element('tr', {},
        element('td', {'data-label': ''}, badge(event)),
        element('td', {class: 'name'}, link(`alerts.html?event=${event.id}`, eventWords(event, site)),
            element('span', {class: 'soft'}, [parameterWords(event.parameters, site), `event ${event.id}, ${event.lines} series, ${event.stack} stack, ${event.machine}`].filter(Boolean).join('; '))),
        element('td', {}, ...commits(event, releases)),
        element('td', {class: 'date'}, event.created.slice(0, 10)));
}

function csvOf(events) {
    const columns = ['id', 'state', 'until', 'tool', 'stack', 'machine', 'kind', 'better', 'title', 'lines', 'exact', 'created'];
    return [[...columns, 'old', 'new'], ...events.map((event) => [...columns.map((name) => event[name]), ...event.ends])];
}

function overview(every, noise, releases, site) {
    const tool = new URLSearchParams(location.search).get('tool');
    const events = every.filter((event) => !tool || event.tool === tool);
    const ofTools = events.filter((event) => event.kind !== 'machine' && event.state !== 'merged');
    const confirmed = ofTools.filter((event) => !UNPROVEN.includes(event.state));
    const groups = [
        ['Open', ofTools.filter((event) => OPEN.includes(event.state))],
        ['Not confirmed yet', ofTools.filter((event) => WAITING.includes(event.state))],
        ['The machine', events.filter((event) => event.kind === 'machine')],
        ['Suppressed', ofTools.filter((event) => event.state === 'suppressed')],
        ['Closed', ofTools.filter((event) => ![...OPEN, ...WAITING, 'suppressed'].includes(event.state))],
    ];
    const refuted = ofTools.filter((event) => event.state === 'refuted').length;
    return [
        element('h1', {}, 'Alerts'),
        element('p', {class: 'soft'}, 'An event begins as a change in the results. Then its two sides are measured '
            + 'again, in turn, each time in a fresh process. A sequential test confirms or refutes the change (at most '
            + '1 % error of either kind). When a control (a sentinel or PLINK) changes too, the machine is the cause.'),
        events.length ? element('p', {}, `Of ${ofTools.length} changes in the results ${confirmed.length} `
            + `were confirmed and ${refuted} refuted.`) : element('p', {}, 'No night has detected a change yet.'),
        tool ? element('p', {}, `Only ${site.branch(tool).label}’s are shown. `, link('alerts.html', 'Show all')) : null,
        events.length ? element('div', {class: 'saves'}, csvButton('alerts', 'the alerts', () => csvOf(events))) : null,
        ...groups.filter(([, members]) => members.length).flatMap(([name, members]) => [
            element('h2', {}, `${name} (${members.length})`),
            tableOf(['State', 'Event', 'Since', 'Detected'], members.map((event) => row(event, releases, site))),
        ]),
        ...noise.flatMap(noiseOf),
    ].filter((part) => part !== null);
}

/* False alarms and smallest detectable changes: one commit was measured as both sides of an event. */
function noiseOf(stack) {
    const rate = stack.judged
        ? `${stack.alarms} of ${stack.judged} runs of four repeats looked like a change`
        : 'too few repeats yet';
    const rows = Object.entries(stack.detectable).sort((a, b) => a[1] - b[1]).map(([series, ratio]) => element('tr', {},
        element('td', {class: 'name mono'}, series),
        number('from', `${((ratio - 1) * 100).toPrecision(2)} %`)));
    const csvRows = () => [['series', 'smallest_detectable_ratio'], ...Object.entries(stack.detectable)];
    return [
        element('h2', {}, `Repeats of one commit, ${stack.stack} stack, ${stack.machine}`),
        element('p', {}, `${stack.pairs} pairs. False alarms: ${rate}.`),
        rows.length ? element('div', {class: 'saves'}, csvButton('repeats', `the repeats of ${stack.stack}, ${stack.machine}`, csvRows)) : null,
        rows.length ? tableOf(['Benchmark', 'Smallest detectable change (confirmed in 80 % of cases)'], rows) : null,
    ].filter((part) => part !== null);
}

show(async () => {
    const id = new URLSearchParams(location.search).get('event');
    const site = await loadSite();
    if (id) {
        if (!/^\d+$/.test(id)) {
            throw new Error(`there is no event ${id}`);
        }
        const event = await load(`alerts/${id}.json`).catch(() => {
            throw new Error(`there is no event ${id}`);
        });
        document.title = eventWords(event, site);
        return eventPage(event, site.branch(event.tool).point, site);
    }
    const {events, noise, releases} = await load('alerts.json');
    return overview(events, noise, releases, site);
});
