# The life of a device made of paho-mqtt (1 or 2) and the documented topics: DPS, then its hub. See lives.mjs.
# Argument: JSON { host, port, webSocket, ca, idScope, registrationId, key | cert, certKey }. Prints `ready` and `waiting`, then what it saw, as a line of JSON.
import base64
import hashlib
import hmac
import json
import queue
import sys
import time
from urllib.parse import parse_qs, quote

import paho.mqtt.client as mqtt

job = json.loads(sys.argv[1])
seen = {'sessions': [], 'granted': []}


def token(resource, more=''):
    if 'key' not in job:
        return None
    sr = quote(resource, safe='')
    expiry = int(time.time()) + 3600
    digest = hmac.new(base64.b64decode(job['key']), f'{sr}\n{expiry}'.encode(), hashlib.sha256).digest()
    return f'SharedAccessSignature sr={sr}&sig={quote(base64.b64encode(digest), safe="")}&se={expiry}{more}'


class Link:
    def __init__(self, client_id, user_name, password, clean_session):
        self.events = queue.Queue()
        version = {'callback_api_version': mqtt.CallbackAPIVersion.VERSION1} if hasattr(mqtt, 'CallbackAPIVersion') else {}
        transport = 'websockets' if job['webSocket'] else 'tcp'
        self.client = mqtt.Client(
            client_id=client_id, clean_session=clean_session, protocol=mqtt.MQTTv311, transport=transport, **version
        )
        if job['webSocket']:
            self.client.ws_set_options(path='/$iothub/websocket')
        self.client.tls_set(ca_certs=job['ca'], certfile=job.get('cert'), keyfile=job.get('certKey'))
        self.client.username_pw_set(user_name, password)
        self.client.reconnect_delay_set(1, 1)
        self.client.on_connect = lambda _c, _u, flags, code: self.put('connect', flags['session present'], code)
        self.client.on_disconnect = lambda _c, _u, code: self.put('disconnect', code)
        self.client.on_message = lambda _c, _u, message: self.put('message', message.topic, message.payload.decode())
        self.client.on_subscribe = lambda _c, _u, _id, granted: self.put('subscribe', granted[0])
        self.client.on_publish = lambda _c, _u, _id: self.put('publish')
        self.client.connect(job['host'], job['port'], 30)
        self.client.loop_start()

    def put(self, *event):
        self.events.put(event)

    def next(self, kind):
        """Skips what else happens: paho connects again by itself."""
        while True:
            event = self.events.get(timeout=15)
            if event[0] == 'connect':
                seen['sessions'].append(event[1])
            if event[0] == kind:
                return event[1:]

    def stop(self):
        self.client.disconnect()
        self.client.loop_stop()


def provision():
    registration_id = job['registrationId']
    resource = f'{job["idScope"]}/registrations/{registration_id}'
    link = Link(registration_id, f'{resource}/api-version=2019-03-31', token(resource, '&skn=registration'), True)
    link.next('connect')
    link.client.subscribe('$dps/registrations/res/#', 1)
    link.next('subscribe')
    request = 'PUT/iotdps-register/?$rid=1'
    while True:
        link.client.publish(f'$dps/registrations/{request}', '', 1)
        topic, payload = link.next('message')
        status, _, query = topic[len('$dps/registrations/res/') :].partition('/?')
        body = json.loads(payload)
        if status != '202':
            break
        time.sleep(int(parse_qs(query)['retry-after'][0]))
        request = f'GET/iotdps-get-operationstatus/?$rid=2&operationId={body["operationId"]}'
    link.stop()
    return body['registrationState']


def live(hub, device):
    password = token(f'{hub}/devices/{device}')
    at_hub = lambda: Link(device, f'{hub}/{device}/?api-version=2021-04-12', password, False)
    link = at_hub()
    link.next('connect')
    for topic_filter in (
        f'devices/{device}/messages/devicebound/#',
        '$iothub/methods/POST/#',
        '$iothub/twin/res/#',
        '$iothub/twin/PATCH/properties/desired/#',
    ):
        link.client.subscribe(topic_filter, 1)
        seen['granted'] += link.next('subscribe')
    # The link breaks here, before the PUBACK.
    link.client.publish(f'devices/{device}/messages/events/%24.mid=first&room=a%20b%26c', '{"t":21.5}', 1)
    link.next('publish')
    link.client.publish('$iothub/twin/GET/?$rid=1', ' ', 1)
    seen['twin'] = link.next('message')
    link.client.publish('$iothub/twin/PATCH/properties/reported/?$rid=2', '{"firmware":"1.2"}', 1)
    seen['reported'] = link.next('message')
    print('ready', flush=True)
    for name in ('message', 'desired', 'method'):
        seen[name] = link.next('message')
    link.client.publish(f'$iothub/methods/res/200/?$rid={seen["method"][0].partition("$rid=")[2]}', '{"done":true}', 1)
    link.next('publish')
    second = at_hub()
    second.next('connect')
    seen['takenOver'] = link.next('disconnect')[0] != 0
    link.client.loop_stop()
    print('waiting', flush=True)
    if password is None:
        second.stop()
        return
    seen['tokenEnded'] = second.next('disconnect')[0] != 0
    seen['refused'] = second.next('connect')[1]
    second.client.loop_stop()


state = provision()
live(state['assignedHub'], state['deviceId'])
print(json.dumps(seen))
