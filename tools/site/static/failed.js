'use strict';

/* After a publish that failed, the site is still the one before it. Each page says so, and why. */
const publishNote = (async () => {
    if (location.protocol === 'file:' || !document.querySelector('nav')) {
        return;  // the Study page by itself, without a site around it
    }
    const {failed} = await (await fetch('info.json', {cache: 'no-store'})).json();
    if (failed) {
        const banner = document.createElement('p');
        banner.id = 'publish-failed';
        banner.setAttribute('role', 'alert');
        banner.style.cssText = 'position: fixed; bottom: 0; left: 0; right: 0; z-index: 2000; margin: 0; max-width: none; '
            + 'padding: .6em 1em; background: #ab2317; color: #fff; overflow-wrap: anywhere';
        banner.textContent = `This site is out of date. The publish of ${failed.at} failed: ${failed.why}`;
        document.body.append(banner);
    }
})().catch(() => {});  // the reader has left the page
