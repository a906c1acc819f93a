'use strict';

/* Take a table along as CSV, a picture as SVG or PNG. */

function download(name, content, type) {
    const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], {type}));
    element('a', {href: address, download: name}).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/* RFC 4180, with a sign before what a spreadsheet would take for a formula. */
function csv(rows) {
    const cell = (value) => {
        const text = value === null || value === undefined ? '' : String(value);
        const harmless = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
        return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
    };
    return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function saveButton(text, label, action) {
    const button = element('button', {type: 'button', class: 'save', 'aria-label': label}, text);
    button.addEventListener('click', action);
    return button;
}

/* `rows` gives the head and the rows when it is asked. */
function csvButton(name, what, rows) {
    return saveButton('CSV', `Save ${what} as CSV`, () => download(`${name}.csv`, csv(rows()), 'text/csv'));
}

/* A picture of its own: with the colours of the page, on the page's ground. */
function standalone(svg, title) {
    const copy = svg.cloneNode(true);
    const own = [svg, ...svg.querySelectorAll('*')];
    [copy, ...copy.querySelectorAll('*')].forEach((node, at) => {
        const style = getComputedStyle(own[at]);
        for (const name of ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'opacity', 'font-size', 'font-family', 'text-anchor']) {
            node.style.setProperty(name, style.getPropertyValue(name));
        }
        node.removeAttribute('class');
    });
    const [x, y, width, height] = svg.getAttribute('viewBox').split(' ').map(Number);
    const size = Math.min(11 * width / 360, width / title.length / 0.55);
    copy.setAttribute('xmlns', SVG);
    copy.setAttribute('viewBox', `${x} ${y - 20} ${width} ${height + 20}`);
    copy.setAttribute('width', width * 2);
    copy.setAttribute('height', (height + 20) * 2);
    const page = getComputedStyle(document.body);
    copy.prepend(drawn('rect', {x, y: y - 20, width, height: height + 20, fill: page.backgroundColor}),
        drawn('text', {x: x + 4, y: y - 6, fill: page.color, 'font-size': size, 'font-family': 'sans-serif'}, title));
    copy.querySelectorAll('a').forEach((node) => node.setAttribute('href', new URL(node.getAttribute('href'), location.href)));
    return new XMLSerializer().serializeToString(copy);
}

async function pngOf(text) {
    const image = new Image();
    image.src = URL.createObjectURL(new Blob([text], {type: 'image/svg+xml'}));
    await image.decode();
    const canvas = element('canvas', {width: image.naturalWidth, height: image.naturalHeight});
    canvas.getContext('2d').drawImage(image, 0, 0);
    URL.revokeObjectURL(image.src);
    return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

/* What can be saved of a picture: itself, and the rows behind it. */
function pictureButtons(name, svg, title, rows) {
    return element('details', {class: 'picture'}, element('summary', {}, 'Save'), element('div', {class: 'saves'},
        saveButton('SVG', `Save ${title} as SVG`, () => download(`${name}.svg`, standalone(svg, title), 'image/svg+xml')),
        saveButton('PNG', `Save ${title} as PNG`, async () => download(`${name}.png`, await pngOf(standalone(svg, title)))),
        csvButton(name, title, rows)));
}
