'use strict';

/* alerts.html: all events; alerts.html?event=3: one of them with its proof. */

const OPEN = ['new', 'confirmed', 'undecided', 'acknowledged'];

function badge(event) {
    const kind = event.kind === 'machine' ? '' : event.better ? 'better' : 'worse';
    return element('span', {class: `badge ${kind}`}, event.state + (event.until ? ` until ${event.until}` : ''));
}

function commits(event, releases) {
    const found = event.facts.range || {good: event.old, bad: event.new, between: []};
    return [commitLink(found.good, releases[found.good]), ' … ', commitLink(found.bad, releases[found.bad])];
}

function row(event, releases) {
    return element('tr', {},
        element('td', {'data-label': ''}, badge(event)),
        element('td', {class: 'name'}, link(`alerts.html?event=${event.id}`, event.title),
            element('span', {class: 'soft'}, `${event.lines.length} series, ${event.stack} stack, ${event.machine}`)),
        element('td', {}, ...commits(event, releases)),
        element('td', {}, event.created.slice(0, 10)));
}

function table(head, rows) {
    return element('table', {}, element('thead', {}, element('tr', {}, ...head.map((text, at) => element('th', {class: rows[0].children[at].className}, text)))),
        element('tbody', {}, ...rows));
}

function overview(events, noise, releases) {
    const groups = [
        ['Open', events.filter((event) => OPEN.includes(event.state) && event.kind !== 'machine')],
        ['The machine', events.filter((event) => event.kind === 'machine')],
        ['Closed', events.filter((event) => !OPEN.includes(event.state) && event.kind !== 'machine')],
    ];
    return [
        element('h1', {}, 'Alerts'),
        element('p', {class: 'soft'}, 'Before an event is confirmed, both of its commits are measured again, in turn '
            + 'and each time in a fresh process, until a sequential test is sure (at most 1 % error of either kind). '
            + 'Steps that a sentinel or PLINK shares are the machine’s.'),
        events.length ? null : element('p', {}, 'No night has found anything yet.'),
        ...groups.filter(([, members]) => members.length).flatMap(([name, members]) => [
            element('h2', {}, `${name} (${members.length})`),
            table(['State', 'What', 'Commits', 'Since'], members.map((event) => row(event, releases))),
        ]),
        ...noise.flatMap(noiseOf),
    ].filter((part) => part !== null);
}

/* What repeats of one commit, measured as the two sides of an event are, say of our own errors. */
function noiseOf(stack) {
    const rate = stack.judged ? `${stack.alarms} of ${stack.judged} runs of repeats were taken for a change` : 'too few yet to judge';
    const rows = Object.entries(stack.detectable).sort((a, b) => a[1] - b[1]).map(([target, ratio]) => element('tr', {},
        element('td', {class: 'name'}, target),
        element('td', {class: 'number', 'data-label': 'from'}, `${ratio.toPrecision(3)} ×`)));
    return [
        element('h2', {}, `Repeats of one commit, ${stack.stack} stack`),
        element('p', {}, `${stack.pairs} pairs; false alarms: ${rate}.`),
        rows.length ? table(['Benchmark', 'Smallest change that is confirmed 4 times in 5'], rows) : null,
    ].filter((part) => part !== null);
}

function proof(event) {
    const found = event.facts.confirmation;
    if (!found) {
        return [element('p', {}, 'Not measured again yet.')];
    }
    const unit = (event.lines.find((line) => line.target === found.target) || {}).unit;
    return [
        element('p', {}, `${found.outcome}: ratio ${found.ratio.toPrecision(3)}, interval `
            + `${found.low.toPrecision(3)} to ${found.high.toPrecision(3)}, ${found.pairs} interleaved pairs of ${found.target}`),
        table(['Pair', 'Before', 'After', 'Ratio'], event.pairs.map(([before, after], at) => element('tr', {},
            element('td', {'data-label': 'pair'}, String(at + 1)),
            element('td', {class: 'number', 'data-label': 'before'}, withUnit(before, unit)),
            element('td', {class: 'number', 'data-label': 'after'}, withUnit(after, unit)),
            element('td', {class: 'number', 'data-label': 'ratio'}, (after / before).toPrecision(3))))),
    ];
}

function where(event, releases) {
    const found = event.facts.range;
    const frozen = event.facts.frozen ? element('p', {}, `On the frozen stack: ${event.facts.frozen}`) : null;
    if (!found) {
        const named = (event.facts.dependencies || []).map((one) => element('li', {},
            `${one.name} ${one.old || 'none'} → ${one.new || 'none'}`));
        return [
            element('p', {}, 'Between ', ...commits(event, releases)),
            frozen,
            named.length ? element('p', {}, named.length > 1 ? 'Made by one of these packages:' : 'Made by this package:') : null,
            named.length ? element('ul', {}, ...named) : null,
        ].filter((part) => part !== null);
    }
    const exact = !found.between.length;
    const told = Object.entries(event.answers).map(([commit, after]) => element('li', {}, commitLink(commit, releases[commit]),
        after === null ? ': could not be told' : after ? ': has the change' : ': does not have it'));
    return [
        element('p', {}, exact ? 'Made by ' : `Between these, ${found.between.length} could not be told: `,
            ...(exact ? [commitLink(found.bad, releases[found.bad])] : commits(event, releases)),
            found.finished ? '' : ' (the search goes on)'),
        frozen,
        told.length ? element('ul', {}, ...told) : null,
    ].filter((part) => part !== null);
}

function why(event) {
    const beside = Object.entries(event.facts.beside || {});
    const profile = event.facts.profile || [];
    return [
        beside.length || profile.length ? element('h2', {}, 'Explanation') : null,
        beside.length ? table(['Measured beside it', 'Before', 'After'], beside.map(([target, [before, after]]) => element('tr', {},
            element('td', {class: 'name'}, target),
            element('td', {class: 'number', 'data-label': 'before'}, before.toPrecision(4)),
            element('td', {class: 'number', 'data-label': 'after'}, after.toPrecision(4))))) : null,
        profile.length ? table(['Function (own seconds in a profile)', 'Before', 'After'], profile.map((one) => element('tr', {},
            element('td', {class: 'name'}, element('span', {class: 'mono'}, one.function)),
            element('td', {class: 'number', 'data-label': 'before'}, withUnit(one.old, 'seconds')),
            element('td', {class: 'number', 'data-label': 'after'}, withUnit(one.new, 'seconds'))))) : null,
    ].filter((part) => part !== null);
}

function page(event, releases) {
    return [
        element('h1', {}, event.title),
        element('p', {}, badge(event), ` since ${event.created.slice(0, 10)}, ${event.stack} stack, machine ${event.machine}`),
        element('h2', {}, 'Proof'), ...proof(event),
        element('h2', {}, 'Commit'), ...where(event, releases),
        ...why(event),
        element('h2', {}, 'Series'),
        table(['Change', 'Series', 'From … to'], event.lines.map((line) => element('tr', {},
            element('td', {'data-label': ''}, element('span', {class: `badge ${line.better ? 'better' : 'worse'}`}, factor(line.ratio, line.unit))),
            element('td', {class: 'name'}, link(line.graph, line.title)),
            element('td', {class: 'number', 'data-label': ''}, `${withUnit(line.old_value, line.unit)} → ${withUnit(line.new_value, line.unit)}`)))),
        element('h2', {}, 'Again'), element('p', {class: 'mono'}, event.command),
        element('h2', {}, 'History'),
        element('ul', {}, ...event.history.map((step) => element('li', {}, `${step.at.slice(0, 16).replace('T', ' ')} ${step.state}: ${step.why}`))),
    ];
}

show(async () => {
    const {events, noise, releases} = await load('alerts.json');
    const wanted = new URLSearchParams(location.search).get('event');
    if (!wanted) {
        return overview(events, noise, releases);
    }
    const event = events.find((one) => String(one.id) === wanted);
    if (!event) {
        throw new Error(`there is no event ${wanted}`);
    }
    return page(event, releases);
});
