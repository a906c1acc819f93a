'use strict';

/* What readers must know before they trust a page: a publish that failed, and nights that failed or did not come. */
const LATE = 48;  // hours after a good night, in which the next one should have ended

async function published(name) {
    return (await fetch(name, {cache: 'no-store'})).json();
}

const publishNote = (async () => {
    if (location.protocol === 'file:' || !document.querySelector('nav')) {
        return;  // the Study page by itself, without a site around it
    }
    const {failed} = await published('info.json');
    if (failed) {
        const banner = document.createElement('p');
        banner.id = 'publish-failed';
        banner.setAttribute('role', 'alert');
        banner.style.cssText = 'position: fixed; bottom: 0; left: 0; right: 0; z-index: 2000; margin: 0; max-width: none; '
            + 'padding: .6em 1em; background: #ab2317; color: #fff; overflow-wrap: anywhere';
        banner.textContent = `This site is out of date. The publish of ${failed.at} failed: ${failed.why}`;
        document.body.append(banner);
    }
    const footer = document.querySelector('footer');
    if (footer) {  // asv's own pages have none
        const {machines} = await published('status.json');
        footer.append(...Object.entries(machines).map(([name, nights]) => nightLine(name, nights)));
    }
})().catch(() => {});  // the reader has left the page, or no night was recorded

/* When a machine's last good night was, and what failed since. */
function nightLine(name, nights) {
    const at = (text) => `${text.slice(0, 16).replace('T', ' ')} UTC`;
    const hours = (Date.now() - Date.parse(nights.last_good || 0)) / 3.6e6;
    const parts = [nights.last_good
        ? `The last good night of ${name} ended at ${at(nights.last_good)}`
          + (hours > LATE ? `, ${Math.floor(hours / 24)} days ago.` : '.')
        : `${name} has had no good night yet.`];
    if (nights.failed_nights) {
        const last = nights.failed.at(-1);
        const count = nights.failed_nights === 1 ? '1 night' : `${nights.failed_nights} nights`;
        parts.push(`${count} failed since, the last at ${at(last.began)}: ${last.parts.join('; ')}.`);
    }
    const line = document.createElement('p');
    line.className = 'night-status';
    line.style.cssText = 'flex: 1 0 100%; max-width: none; margin: 0; overflow-wrap: anywhere';
    if (nights.failed_nights || hours > LATE) {
        line.setAttribute('role', 'alert');
        line.style.cssText += '; padding: .6em 1em; background: #ab2317; color: #fff';
    }
    line.textContent = parts.join(' ');
    return line;
}
