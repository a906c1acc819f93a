'use strict';

/* A graph of series over releases or dates: lines, samples, intervals, changes, zoom. uPlot draws. */

const SECOND = 1000;
const MONTH = 28 * 86_400;
const FONT = '11px system-ui, sans-serif';

/* The colours of the page, as a canvas needs them. */
function ink() {
    const style = getComputedStyle(document.documentElement);
    return Object.fromEntries(['ground', 'line', 'text', 'soft', 'good', 'bad'].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/* Round values in a range, also where a log scale spans less than a power of ten. */
function ticks(least, most, log, count) {
    const found = [];
    if (log && most / least >= 10) {
        const steps = most / least > 1e4 ? [1] : most / least > 100 ? [1, 3] : [1, 2, 5];
        for (let power = Math.floor(Math.log10(least)); power <= Math.log10(most); power += 1) {
            found.push(...steps.map((step) => step * 10 ** power));
        }
    } else {
        const rough = (most - least) / count;
        const power = 10 ** Math.floor(Math.log10(rough));
        const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough);
        for (let value = Math.ceil(least / step); value <= most / step; value += 1) {
            found.push(Number((value * step).toPrecision(12)));
        }
    }
    return found.filter((value) => value >= least && value <= most);
}

/* Where each commit is: at its date, or one after the other in the order of their dates. */
function positions(lines, byDate) {
    const dates = new Map(lines.flatMap((line) => line.commits.map((commit, at) => [commit, line.dates[at] / SECOND])));
    if (byDate) {
        return {place: (commit) => dates.get(commit), of: (date) => date / SECOND, date: (x) => x * SECOND, label: null};
    }
    const inOrder = [...dates].sort((a, b) => a[1] - b[1]);
    const places = new Map(inOrder.map(([commit], at) => [commit, at]));
    const times = inOrder.map(([, date]) => date);
    return {
        place: (commit) => places.get(commit),
        of: (date) => { const at = times.findIndex((time) => time >= date / SECOND); return at < 0 ? times.length : at; },
        date: (x) => times[Math.max(0, Math.min(times.length - 1, Math.round(x)))] * SECOND,
    };
}

/* `lines`: {name, label, colour, dash, branch, unit, commits, dates, values, low, high, samples, changes}.
   `graph`: {byDate, log, from, to, marked: commits}. `tell`: {zoomed(from, to), pointed(points, pinned)}. */
function plot(place, lines, graph, site, tell) {
    const axis = positions(lines, graph.byDate);
    const xs = lines.map((line) => line.commits.map(axis.place));
    const data = uPlot.join(lines.map((line, at) => [xs[at], line.values]));
    const whole = [data[0][0], data[0].at(-1)];
    const margin = graph.byDate ? Math.max((whole[1] - whole[0]) * 0.02, 86_400) : 0.6;
    const range = [whole[0] - margin, whole[1] + margin];
    const colours = ink();
    const marked = new Set(lines.flatMap((line) => line.commits.filter((commit) => graph.marked.some((start) => commit.startsWith(start)))).map(axis.place));
    let pinned = null;
    let view = range;  // uPlot asks for the range of y before its own scale of x is set

    function visible(visit) {
        const [min, max] = view;
        lines.forEach((line, at) => line.values.forEach((value, index) => {
            const x = xs[at][index];
            if (x >= min && x <= max) {
                visit(line, index, x, value);
            }
        }));
    }

    function heights() {
        let [least, most] = [Infinity, -Infinity];
        visible((line, index, _, value) => {
            const samples = line.samples ? line.samples[index] || [] : [];
            const bounds = [value, line.low[index] ?? value, line.high[index] ?? value, ...samples].filter((one) => !graph.log || one > 0);
            [least, most] = [Math.min(least, ...bounds), Math.max(most, ...bounds)];
        });
        if (!(most >= least)) {
            return graph.log ? [0.1, 1] : [0, 1];
        }
        if (graph.log) {
            const room = Math.max((most / least) ** 0.06, 1.05);
            return [least / room, most * room];
        }
        const room = (most - least || Math.abs(most) || 1) * 0.08;
        return [least >= 0 ? Math.max(least - room, 0) : least - room, most + room];
    }

    /* The releases of a branch on the axis, as many as have room; the newest is among them. */
    function releases(u, branch) {
        const shown = [];
        let free = Infinity;
        const own = lines.filter((line) => line.branch === branch).flatMap((line) => line.commits);
        const last = Math.max(...own.map(axis.place));
        for (const [version, date, commit] of [...site.branch(branch).releases].reverse()) {
            const x = axis.place(commit) ?? axis.of(date);
            const at = u.valToPos(x, 'x');
            const half = version.length * 3.4 + 5;
            if (x >= u.scales.x.min && x <= Math.min(u.scales.x.max, last) && at + half <= free && at - half > -40) {
                shown.unshift([x, version]);
                free = at - half;
            }
        }
        return shown;
    }

    const branches = [...new Set(lines.map((line) => line.branch))];
    const axes = branches.map((branch, row) => ({
        scale: 'x', side: 2, size: 22, gap: 3, font: FONT, stroke: branches.length > 1 ? site.tool(branch).colour : colours.soft,
        splits: (u) => releases(u, branch).map(([x]) => x),
        filter: (_, splits) => splits,
        values: (u) => releases(u, branch).map(([, version]) => version),
        grid: {show: !row, stroke: colours.line, width: 1}, ticks: {show: !row, stroke: colours.line, size: 4},
    }));
    if (graph.byDate) {
        axes.push({
            scale: 'x', side: 2, size: 24, gap: 3, space: 74, font: FONT, stroke: colours.soft, grid: {show: false}, ticks: {show: false},
            values: (_, splits, __, ___, step) => splits.map((seconds) => new Date(seconds * SECOND).toISOString().slice(0, step < MONTH ? 10 : 7)),
        });
    }
    axes.push({
        scale: 'y', size: 68, gap: 4, font: FONT, stroke: colours.soft, grid: {stroke: colours.line, width: 1}, ticks: {stroke: colours.line, size: 4},
        splits: (_, __, least, most) => ticks(least, most, graph.log, 5),
        filter: (_, splits) => splits,
        values: (_, splits) => splits.map((value) => withUnit(value, lines[0].unit)),
    });

    function drawBehind(u) {
        const {ctx} = u;
        const {pxRatio} = uPlot;
        ctx.save();
        ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
        ctx.clip();
        if (marked.size) {
            const [left, right] = [Math.min(...marked), Math.max(...marked)].map((x) => u.valToPos(x, 'x', true));
            ctx.fillStyle = colours.line;
            ctx.globalAlpha = 0.5;
            ctx.fillRect(left - 4 * pxRatio, u.bbox.top, right - left + 8 * pxRatio, u.bbox.height);
        }
        visible((line, index, x) => {
            const at = u.valToPos(x, 'x', true);
            const [low, high] = [line.low[index], line.high[index]];
            ctx.globalAlpha = 0.55;
            ctx.strokeStyle = ctx.fillStyle = line.colour;
            if (low !== null && high > low) {
                ctx.lineWidth = 1.5 * pxRatio;
                ctx.beginPath();
                ctx.moveTo(at, u.valToPos(graph.log ? Math.max(low, u.scales.y.min) : low, 'y', true));
                ctx.lineTo(at, u.valToPos(high, 'y', true));
                ctx.stroke();
            }
            ctx.globalAlpha = 0.35;
            for (const sample of line.samples ? line.samples[index] || [] : []) {
                ctx.beginPath();
                ctx.arc(at, u.valToPos(sample, 'y', true), 1.6 * pxRatio, 0, 7);
                ctx.fill();
            }
        });
        ctx.restore();
    }

    /* [x, y, change, line] of the changes in sight, in CSS pixels. */
    function changesOf(u) {
        return lines.flatMap((line, at) => line.changes.flatMap((change) => {
            const index = line.commits.indexOf(change.new_commit);
            const x = xs[at][index];
            return index >= 0 && x >= u.scales.x.min && x <= u.scales.x.max ? [[u.valToPos(x, 'x'), u.valToPos(line.values[index], 'y'), change, line]] : [];
        }));
    }

    function drawMarks(u) {
        const {ctx} = u;
        const {pxRatio} = uPlot;
        ctx.save();
        for (const [x, y, change] of changesOf(u)) {
            const proven = change.verdict === 'confirmed';
            const [left, top] = [u.bbox.left + x * pxRatio, u.bbox.top + y * pxRatio];
            const [size, way] = [(proven ? 7 : 5) * pxRatio, change.new_value > change.old_value ? 1 : -1];
            ctx.beginPath();  // up above a rise, down below a fall
            ctx.moveTo(left, top - way * (9 * pxRatio + 1.6 * size));
            ctx.lineTo(left - size, top - way * 9 * pxRatio);
            ctx.lineTo(left + size, top - way * 9 * pxRatio);
            ctx.closePath();
            if (proven) {
                ctx.fillStyle = change.better ? colours.good : colours.bad;
                ctx.fill();
            } else {
                ctx.strokeStyle = colours.soft;
                ctx.lineWidth = pxRatio;
                ctx.stroke();
            }
        }
        ctx.restore();
    }

    const overlay = element('div', {class: 'marks'});
    function placeLinks(u) {
        overlay.replaceChildren(...changesOf(u).filter(([, , change]) => change.verdict === 'confirmed').map(([x, y, change, line]) => {
            const way = change.new_value > change.old_value ? 1 : -1;
            const words = `${line.label}: ${factor(change.ratio, line.unit)} since ${site.release(change.new_commit) || change.new_commit.slice(0, 8)}, event ${change.event}`;
            return element('a', {href: `alerts.html?event=${change.event}`, 'aria-label': words, title: words,
                style: `left: ${x - 12}px; top: ${y - 12 - way * 15}px`});
        }));
    }

    /* The point of each line that is nearest to a place. */
    function nearest(x) {
        return lines.map((line, at) => {
            const index = xs[at].reduce((best, one, here) => (Math.abs(one - x) < Math.abs(xs[at][best] - x) ? here : best), 0);
            return {line, index, x: xs[at][index]};
        });
    }

    function told(u) {
        if (pinned === null && u.cursor.left >= 0) {
            tell.pointed(nearest(u.posToVal(u.cursor.left, 'x')), false);
        }
    }

    function zoom(min, max) {
        view = [Math.max(min, range[0]), Math.min(max, range[1])];  // uPlot's own scale follows later
        u.setScale('x', {min: view[0], max: view[1]});
    }

    function scaled(u, name) {
        if (name === 'x' && u.status === 1) {
            const {min, max} = u.scales.x;
            const all = min <= range[0] + 1e-9 && max >= range[1] - 1e-9;
            tell.zoomed(...(all ? [null, null] : [axis.date(Math.ceil(min)), axis.date(Math.floor(max))]));
        }
    }

    const start = [graph.from ? axis.of(graph.from) - margin : range[0], graph.to ? axis.of(graph.to) + margin : range[1]];
    const u = new uPlot({
        width: place.clientWidth, height: height(), pxAlign: false, tzDate: (seconds) => uPlot.tzDate(new Date(seconds * SECOND), 'Etc/UTC'),
        legend: {show: false},
        scales: {x: {time: graph.byDate, range: (_, min, max) => { view = min === null || (min <= whole[0] && max >= whole[1]) ? range : [min, max]; return view; }}, y: {distr: graph.log ? 3 : 1, range: heights}},
        axes,
        series: [{}, ...lines.map((line) => ({
            label: line.label, stroke: line.colour, width: 1.5, dash: line.dash, spanGaps: true,
            points: {show: true, size: 6, fill: line.colour, filter: line.commits.length > 400 ? null : undefined},
        }))],
        cursor: {drag: {x: true, y: false, dist: 8}, points: {size: 9}, y: false},
        hooks: {drawAxes: [drawBehind], draw: [drawMarks, placeLinks], setCursor: [told], setScale: [scaled]},
    }, data, place);
    u.over.append(overlay);
    u.setScale('x', {min: start[0], max: start[1]});

    function height() {
        return Math.max(300, Math.min(460, window.innerHeight * 0.55)) + 22 * (branches.length - 1);
    }

    const pin = (x) => {
        pinned = x;
        const points = nearest(x);
        const near = points.reduce((a, b) => (Math.abs(b.x - x) < Math.abs(a.x - x) ? b : a));
        pinned = near.x;
        u.setCursor({left: u.valToPos(pinned, 'x'), top: 0}, false);
        tell.pointed(nearest(pinned), true);
    };
    const steps = {
        in: () => zoom(...around(0.5)), out: () => zoom(...around(2)), all: () => zoom(...range),
        earlier: () => pan(-0.5), later: () => pan(0.5),
    };
    function around(ratio) {
        const [min, max] = view;
        const middle = pinned !== null && pinned > min && pinned < max ? pinned : (min + max) / 2;
        return [middle - (middle - min) * ratio, middle + (max - middle) * ratio];
    }
    function pan(share) {
        const [min, max] = view;
        const way = Math.max(range[0] - min, Math.min(range[1] - max, (max - min) * share));
        zoom(min + way, max + way);
    }
    u.over.addEventListener('click', (event) => {
        if (event.target === u.over && !u.select.width) {
            pin(u.posToVal(event.offsetX, 'x'));
        }
    });
    touch(u, pan, (at, ratio) => zoom(at - (at - view[0]) * ratio, at + (view[1] - at) * ratio));
    return {
        steps,
        /* Pin the point before or after the pinned one. */
        step(way) {
            const at = pinned === null ? (way > 0 ? -1 : data[0].length) : data[0].indexOf(pinned);
            pin(data[0][Math.max(0, Math.min(data[0].length - 1, at + way))]);
        },
        unpin() { pinned = null; },
        resize() { u.setSize({width: place.clientWidth, height: height()}); },
        destroy() { u.destroy(); },
        canvas: u.ctx.canvas,
    };
}

/* One finger moves a part of the graph sideways, two fingers zoom. */
function touch(u, pan, zoom) {
    const fingers = new Map();
    let last = null;
    const middle = () => [...fingers.values()].reduce((sum, x) => sum + x, 0) / fingers.size;
    const width = () => { const at = [...fingers.values()]; return Math.max(Math.abs(at[0] - at[1]), 20); };
    const state = () => ({middle: middle(), width: fingers.size > 1 ? width() : null});
    u.over.addEventListener('pointerdown', (event) => {
        if (event.pointerType === 'touch') {
            fingers.set(event.pointerId, event.clientX);
            last = state();
        }
    });
    u.over.addEventListener('pointermove', (event) => {
        if (!fingers.has(event.pointerId)) {
            return;
        }
        fingers.set(event.pointerId, event.clientX);
        const now = state();
        const share = (last.middle - now.middle) / u.over.clientWidth;
        if (now.width && last.width) {
            zoom(u.posToVal(now.middle - u.over.getBoundingClientRect().left, 'x'), last.width / now.width);
        }
        pan(share);
        last = now;
    });
    for (const name of ['pointerup', 'pointercancel', 'pointerleave']) {
        u.over.addEventListener(name, (event) => {
            fingers.delete(event.pointerId);
            last = fingers.size ? state() : null;
        });
    }
}
