'use strict';

/* alerts.html?event=3: one event with its commit, its evidence and its series. */

/* The points of a series in commit order, the levels before and after, and where it changed. */
function chart(line, ends) {
    const room = document.querySelector('main').clientWidth - 32;
    const [width, height, left, right, top, bottom] = [Math.max(300, Math.min(640, room)), 190, 62, 10, 12, 22];
    const lows = line.points.map(([, value, low]) => low ?? value);
    const highs = line.points.map(([, value, , high]) => high ?? value);
    const least = Math.min(...lows, line.old_value, line.new_value);
    const most = Math.max(...highs, line.old_value, line.new_value);
    const spare = (most - least || Math.abs(most) || 1) * 0.06;
    const x = (at) => left + (width - left - right) * (at + 0.5) / line.points.length;
    const y = (value) => height - bottom - (height - top - bottom) * (value - least + spare) / (most - least + 2 * spare);
    const after = line.points.findIndex(([commit]) => commit === line.first);
    const middle = after > 0 ? (x(after - 1) + x(after)) / 2 : x(Math.max(after, 0));
    const picture = drawn('svg', {viewBox: `0 0 ${width} ${height}`, class: 'chart', role: 'img',
        'aria-label': `${line.title}: ${withUnit(line.old_value, line.unit)} before, ${withUnit(line.new_value, line.unit)} after`});
    for (const level of [line.old_value, line.new_value]) {
        picture.append(drawn('text', {x: left - 6, y: y(level) + 4, 'text-anchor': 'end'}, withUnit(level, line.unit)));
    }
    if (after > 0) {
        picture.append(drawn('line', {x1: middle, x2: middle, y1: top, y2: height - bottom, class: 'step'}),
            drawn('line', {x1: left, x2: middle, y1: y(line.old_value), y2: y(line.old_value), class: 'level'}),
            drawn('line', {x1: middle, x2: width - right, y1: y(line.new_value), y2: y(line.new_value), class: 'level'}),
            drawn('text', {x: middle, y: height - 6, 'text-anchor': 'middle'}, ends[1].slice(0, 8)));
    }
    line.points.forEach(([commit, value, low, high], at) => {
        if (low !== null && high > low) {
            picture.append(drawn('line', {x1: x(at), x2: x(at), y1: y(low), y2: y(high), class: 'spread'}));
        }
        const point = drawn('circle', {cx: x(at), cy: y(value), r: 3, class: ends.includes(commit) ? 'end' : ''});
        point.append(drawn('title', {}, `${commit.slice(0, 8)}: ${withUnit(value, line.unit)}`));
        picture.append(point);
    });
    return picture;
}

/* The chart, with what can be saved of it. */
function charted(line, ends) {
    const picture = chart(line, ends);
    const rows = () => [['commit', 'value', 'low', 'high', 'unit'], ...line.points.map((point) => [...point, line.unit])];
    return element('figure', {}, picture, pictureButtons(line.key.replaceAll(/[^\w.=-]+/g, '-'), picture, line.title, rows));
}

function seriesOf(event, site) {
    return event.series.flatMap((line) => [
        element('h3', {}, element('span', {class: `badge ${colour(event, line.better)}`}, factor(line.ratio, line.unit)), ' ',
            link(line.graph, benchmarkWords(line.benchmark, site))),
        element('p', {class: 'soft'}, parameterWords(line.parameters, site)),
        ...(line.points ? [charted({...line, first: event.first}, event.ends)] : [element('p', {class: 'soft'}, `${withUnit(line.old_value, line.unit)} → ${withUnit(line.new_value, line.unit)}`)]),
    ]);
}

/* What a comparison measured; `point` is what the tool's history consists of: commits, or releases. */
function measured(name, point) {
    return {
        confirmation: 'The ends of the range in which the results changed',
        before: `Bisection: the start of that range, and the last ${point} before the change`,
        after: `Bisection: the start of that range, and the first ${point} with the change`,
        timing: `The time at the last ${point} before the change, and at the first ${point} with it`,
    }[name];
}

function proof(event, point) {
    if (!event.proofs.length) {
        return [element('p', {}, event.kind === 'machine' ? 'Not measured again: a control (a sentinel or PLINK), or most series, changed at the same place.'
            : 'Not measured again yet.')];
    }
    const named = (commit) => event.names[commit] || commit.slice(0, 8);
    return [
        element('p', {class: 'soft'}, `A pair measures both ${point}s, each in a fresh process. Its values are the medians of their samples.`),
        element('div', {class: 'saves'}, csvButton(`event-${event.id}-pairs`, 'all pairs', () => [['comparison', 'series', 'old', 'new', 'pair', 'before', 'after', 'unit'],
            ...event.proofs.flatMap((one) => one.values.map(([before, after], at) => [one.name, one.key, one.old, one.new, at + 1, before, after, one.unit]))])),
        ...event.proofs.flatMap((comparison) => [
            element('h3', {}, `${measured(comparison.name, point)}: `, commitLink(comparison.old, named(comparison.old)), ' → ', commitLink(comparison.new, named(comparison.new))),
            element('p', {}, comparison.outcome ? `${comparison.outcome}: ratio ${comparison.ratio.toPrecision(3)}, 99 % interval `
                + `${comparison.low.toPrecision(3)} to ${comparison.high.toPrecision(3)}, ${comparison.pairs} interleaved pairs of ${comparison.key}`
                : `${named(comparison.new)} ${event.answers[comparison.new] ? 'has' : 'does not have'} the change: ${comparison.values.length} interleaved pairs of ${comparison.key}`),
            tableOf(['Pair', named(comparison.old), named(comparison.new), 'Ratio'], comparison.values.map(([before, after], at) => element('tr', {},
                number('pair', String(at + 1)),
                number(named(comparison.old), withUnit(before, comparison.unit)),
                number(named(comparison.new), withUnit(after, comparison.unit)),
                number('ratio', (after / before).toPrecision(3))))),
        ]),
    ];
}

/* A command: a click selects all of it. The button copies it, where the browser allows that. */
function copyable(text) {
    const button = element('button', {type: 'button'}, 'Copy');
    button.addEventListener('click', async () => {
        await navigator.clipboard.writeText(text);
        button.replaceChildren('Copied');
    });
    return element('div', {class: 'command'}, element('pre', {}, text), navigator.clipboard ? button : null);
}

function upstream(commit) {
    if (!commit.hash) {
        return [];
    }
    const addresses = [['url', `commit ${commit.hash.slice(0, 8)} upstream`], ['pull', 'pull request'], ['compare', 'compare with the commit before']];
    return [
        element('blockquote', {}, element('p', {class: 'subject'}, commit.subject),
            commit.body ? element('pre', {}, commit.body) : null,
            element('p', {class: 'soft'}, `${commit.author}, ${commit.date}`)),
        element('ul', {class: 'links'}, ...addresses.filter(([key]) => commit[key])
            .map(([key, text]) => element('li', {}, link(commit[key], text)))),
    ];
}

function where(event, point) {
    const range = event.facts.range;
    const ends = event.ends.map((end) => commitLink(end, event.names[end]));
    const between = range ? range.between.length : 0;
    // a commit, or the newer commit with its own first N packages: mixture_names in tools/alerts/attribution.py
    const mixed = Object.keys(event.answers).some((state) => state.includes('+'));
    const tried = (state) => mixed ? `the first ${state.split('+')[1]} packages that differ as the newer ${point} has them` : commitLink(state);
    const tries = Object.entries(event.answers).map(([state, after]) => element('li', {}, tried(state),
        after === null ? ': no answer' : after ? ': has the change' : ': does not have it'));
    const named = (event.facts.dependencies || []).map((one) => element('li', {},
        `${one.name} ${one.old || 'none'} → ${one.new || 'none'}`));
    return [
        event.exact ? element('p', {}, 'Caused by ', ends[1])
            : element('p', {}, 'Between ', ends[0], ' and ', ends[1], range && !range.finished ? ' (bisection is not finished)'
                : between ? ` (any of the ${between} ${point}s between them may be the cause)` : ''),
        ...upstream(event.commit),
        event.facts.frozen ? element('p', {}, `On the frozen stack: ${event.facts.frozen}`) : null,
        event.facts.packages ? element('p', {}, `The newer ${point}, with the older one's packages and with its own: ${event.facts.packages}`) : null,
        named.length ? element('p', {}, named.length > 1 ? 'Caused by one of these packages:' : 'Caused by this package:') : null,
        named.length ? element('ul', {}, ...named) : null,
        tries.length ? element('details', {}, element('summary', {}, `${tries.length} ${mixed ? 'mixtures of packages' : `${point}s`} were measured in the search`),
            element('ul', {}, ...tries)) : null,
    ];
}

function why(event, point) {
    const gain = (one) => Math.abs(one.new - one.old);
    const profile = event.profile;
    const share = ({old, new: fresh}) => old > 0 && fresh > 0 && old !== fresh ? `${(fresh / old).toPrecision(3)} ×` : '';
    return [
        event.beside.length || profile.length ? element('h2', {}, 'Explanation') : null,
        event.beside.length || profile.length ? element('div', {class: 'saves'}, csvButton(`event-${event.id}-explanation`, 'the explanation', () => [['what', 'before', 'after', 'unit'],
            ...event.beside.map((one) => [one.name, one.old, one.new, one.unit]), ...profile.map((one) => [one.function, one.old, one.new, 'seconds'])])) : null,
        event.beside.length ? tableOf([`Other metric of the same ${point}s`, 'Before', 'After', 'Ratio'], event.beside.map((one) => element('tr', {},
            element('td', {class: 'name mono'}, one.name),
            number('before', withUnit(one.old, one.unit)),
            number('after', withUnit(one.new, one.unit)),
            number('ratio', share(one) + (one.sure || !share(one) ? '' : ' (within the noise)'))))) : null,
        profile.length ? tableOf(['Function (its own time in the profile)', 'Before', 'After', 'Difference'], profile.map((one) => element('tr', {},
            element('td', {class: 'name mono'}, one.function),
            number('before', withUnit(one.old, 'seconds')),
            number('after', withUnit(one.new, 'seconds')),
            number('difference', `${one.new > one.old ? '+' : '−'}${withUnit(gain(one), 'seconds')}`)))) : null,
    ];
}

function eventPage(event, point, site) {
    return [
        element('h1', {}, eventWords(event, site)),
        element('p', {}, badge(event), ` event ${event.id}, since ${event.created.slice(0, 10)}, ${event.stack} stack, machine ${event.machine}`),
        element('p', {class: 'soft'}, parameterWords(event.parameters, site)),
        element('h2', {}, capital(point)), ...where(event, point),
        element('h2', {}, 'Proof'), ...proof(event, point),
        ...why(event, point),
        element('h2', {}, event.series.length > 1 ? `Series (${event.series.length})` : 'Series'), ...seriesOf(event, site),
        event.command ? element('h2', {}, 'Measure it again') : null,
        event.command ? copyable(event.command) : null,
        event.decisions.length ? element('h2', {}, 'Decide') : null,
        event.decisions.length ? element('p', {class: 'soft'}, 'ack: someone is looking at it. expect: the change was intended. suppress: no notifications until a date. This page shows the reason.') : null,
        ...event.decisions.map(copyable),
        element('h2', {}, 'History'),
        element('ul', {}, ...event.history.map((step) => element('li', {}, `${step.at.slice(0, 16).replace('T', ' ')} ${step.state}: ${step.why}`))),
    ].filter((part) => part !== null);
}
