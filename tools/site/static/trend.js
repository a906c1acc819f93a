'use strict';

/* Small pictures of series, as SVG: they need no library, and their marks are links. */

const LINE = 12;  // height of a label
const LEAST_SPAN = 0.25;  // of its largest value: what the height of a small line stands for, at least
const SVG = 'http://www.w3.org/2000/svg';

function drawn(name, attributes, ...children) {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) {
        if (value !== null && value !== undefined) {
            node.setAttribute(key, value);
        }
    }
    node.append(...children.filter((child) => child !== null));
    return node;
}

/* A function from a value to its place between `from` and `to`. */
function scale([least, most], from, to, log) {
    const place = log ? Math.log : Number;
    const span = place(most) - place(least);
    return (value) => (span ? from + (to - from) * (place(value) - place(least)) / span : (from + to) / 2);
}

function rangeOf(values) {
    return [Math.min(...values), Math.max(...values)];
}

/* 1, 10, 100: the powers of ten in a range, at least two of them around it. */
function decades([least, most]) {
    const [first, last] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
    return Array.from({length: Math.max(last - first, 1) + 1}, (_, at) => 10 ** (first + at));
}

/* Lines over time on a log scale. `lines`: {name, colour, points: [[date, value]]};
   `marks`: {date, line, text, rose, better, address}. */
function trendPicture({lines, marks, unit, label}) {
    const [width, height, left, right, top, bottom] = [360, 104, 54, 8, 10, 18];
    const values = lines.flatMap((line) => line.points.map(([, value]) => value)).filter((value) => value > 0);
    const y = scale(spread(rangeOf(values)), height - bottom, top, true);
    const dates = rangeOf(lines.flatMap((line) => line.points.map(([date]) => date)));
    const x = scale(dates, left + 4, width - right - 4, false);
    const picture = drawn('svg', {viewBox: `0 0 ${width} ${height}`, class: 'trend', role: 'group', 'aria-label': label});
    const [least, most] = rangeOf(values);
    for (const value of y(least) - y(most) > LINE ? [least, most] : [most]) {
        picture.append(drawn('line', {class: 'gridline', x1: left, x2: width - right, y1: y(value), y2: y(value)}),
            drawn('text', {x: left - 5, y: y(value) + 4, 'text-anchor': 'end'}, withUnit(value, unit)));
    }
    const years = dates.map((date) => new Date(date).toISOString().slice(0, 7));
    picture.append(drawn('text', {x: left, y: height - 4}, years[0]),
        drawn('text', {x: width - right, y: height - 4, 'text-anchor': 'end'}, years[1] === years[0] ? '' : years[1]));
    for (const line of lines) {
        const places = line.points.filter(([, value]) => value > 0).map(([date, value]) => [x(date), y(value)]);
        picture.append(drawn('path', {class: 'line', stroke: line.colour,
            d: `M${places.map((place) => place.map((one) => one.toFixed(1)).join(' ')).join('L')}`}));
        if (places.length <= 40) {
            places.forEach(([cx, cy]) => picture.append(drawn('circle', {cx, cy, r: 2.4, fill: line.colour})));
        }
    }
    for (const mark of marks) {
        const line = lines.find((one) => one.name === mark.line) || lines[0];
        const near = line.points.reduce((a, b) => (Math.abs(b[0] - mark.date) < Math.abs(a[0] - mark.date) ? b : a));
        const shape = drawn('path', {class: mark.better ? 'better' : 'worse', transform: `translate(${x(near[0])} ${y(near[1])})`,
            d: mark.rose ? 'M0 -8L-6 3H6Z' : 'M0 8L-6 -3H6Z'}, drawn('title', {}, mark.text));
        picture.append(drawn('a', {href: mark.address, 'aria-label': mark.text}, shape));
    }
    return picture;
}

/* A range with room on a log scale; equal ends are moved apart. */
function spread([least, most]) {
    const room = Math.max((most / least) ** 0.08, 1.15);
    return [least / room, most * room];
}

/* The values of a series as one small line. */
function sparkline(values) {
    const [width, height] = [120, 26];
    const [least, most] = rangeOf(values);
    const room = Math.max(0, Math.abs(most) * LEAST_SPAN - (most - least)) / 2;  // so that noise looks like noise
    const y = scale([least - room, most + room], height - 3, 3, false);
    const x = scale([0, Math.max(values.length - 1, 1)], 3, width - 3, false);
    const path = values.map((value, at) => `${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join('L');
    return drawn('svg', {viewBox: `0 0 ${width} ${height}`, class: 'spark', 'aria-hidden': 'true'},
        values.length > 1 ? drawn('path', {class: 'line', d: `M${path}`}) : null,
        drawn('circle', {cx: x(values.length - 1), cy: y(values.at(-1)), r: 2.5}));
}
