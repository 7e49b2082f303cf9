package org.tensorizer.device.usbip;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tensorizer.device.virtual.ScriptedChip;
import org.tensorizer.device.virtual.TestSettings;
import org.tensorizer.device.virtual.VirtualBus;

/** Hosts that send nonsense or vanish: the server stays, and a sound host on another device sees nothing of it. */
class DamagedMessagesTest {
    private final VirtualBus bus = ScriptedChip.bus(TestSettings.devices(2));
    private final UsbIpServer server =
            UsbIpServer.start(bus, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), line -> {});

    @AfterEach
    void close() {
        server.close();
        bus.close();
    }

    @Test
    @Timeout(60)
    void threeThousandDamagedMessages() throws Exception {
        damage(3_000, 1);
    }

    @Test
    @Tag("long")
    void aHundredThousandDamagedMessages() throws Exception {
        damage(100_000, 2);
    }

    /** Each message on the connection of a host that has sent a few sound ones, or on a new one. */
    private void damage(int messages, long seed) throws Exception {
        Random random = new Random(seed);
        try (UsbIpClient sound = UsbIpClient.attached(server.address(), "1-2")) {
            start(sound);
            for (int sent = 0; sent < messages; ) {
                sent += random.nextInt(4) == 0 ? handshake(random) : commands(random, messages - sent);
                if (random.nextInt(50) == 0) {
                    infer(sound);
                }
            }
            infer(sound);
        }
        awaitNoHosts();
        try (UsbIpClient after = UsbIpClient.attached(server.address(), "1-1")) {
            start(after);
            infer(after);
        }
        awaitNoHosts();
        server.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("USB/IP"));
    }

    private void awaitNoHosts() throws InterruptedException {
        while (server.hosts() > 0) {
            Thread.sleep(1);
        }
    }

    private static void start(UsbIpClient client) throws IOException {
        client.control(0x40, 0, 0x4018, 4, 8, new byte[] {1, 0, 0, 0, 0, 0, 0, 0});
    }

    private static void infer(UsbIpClient client) throws IOException {
        byte[] program = ScriptedChip.program('O', 5, 'E', 0);
        int output = client.read(1, 1024);
        int event = client.read(2, 16);
        client.await(client.write(new byte[] {(byte) program.length, 0, 0, 0, 0, 0, 0, 0}));
        client.await(client.write(program));
        assertThat(client.await(output).data()).hasSize(5);
        assertThat(client.await(event).data()).hasSize(16);
    }

    /** An operation with some bytes changed, or its beginning; the host may go at once. */
    private int handshake(Random random) throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        DataOutputStream to = new DataOutputStream(message);
        to.writeShort(0x0111);
        to.writeShort(random.nextBoolean() ? 0x8003 : 0x8005);
        to.writeInt(0);
        to.write("1-1".getBytes(StandardCharsets.US_ASCII));
        to.write(new byte[29]);
        byte[] bytes = message.toByteArray();
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        try (UsbIpClient client = new UsbIpClient(server.address())) {
            client.socket.setSoTimeout(50);
            client.out.write(bytes, 0, random.nextInt(bytes.length + 1));
            if (random.nextInt(20) == 0) {
                client.in.read(); // whatever it is, or nothing
            }
        } catch (IOException e) {
            // the server has ended it
        }
        return 1;
    }

    /** Commands of an attached host, each damaged with some probability, until the server ends it or the host goes. */
    private int commands(Random random, int most) throws Exception {
        awaitDetached();
        int sent = 0;
        try (UsbIpClient client = new UsbIpClient(server.address())) {
            if (client.attach("1-1") != 0) {
                return 1;
            }
            client.socket.setSoLinger(random.nextBoolean(), 0); // half of them go with a reset of the connection
            for (int left = 1 + random.nextInt(40); left > 0 && sent < most; left--) {
                client.out.write(command(client, random));
                sent++;
            }
        } catch (IOException e) {
            // the server has ended it, as it should
        }
        return Math.max(1, sent);
    }

    private void awaitDetached() throws InterruptedException {
        while (server.hosts() > 1) {
            Thread.sleep(1);
        }
    }

    private static byte[] command(UsbIpClient client, Random random) throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        DataOutputStream to = new DataOutputStream(message);
        boolean toHost = random.nextBoolean();
        int length = random.nextInt(4) == 0 ? 0 : random.nextInt(300);
        to.writeInt(random.nextInt(8) == 0 ? 2 : 1);
        to.writeInt(random.nextInt(200));
        to.writeInt(client.device());
        to.writeInt(toHost ? 1 : 0);
        to.writeInt(random.nextInt(4));
        to.writeInt(random.nextInt(4));
        to.writeInt(length);
        to.writeInt(0);
        to.writeInt(-1);
        to.writeInt(0);
        byte[] setup = new byte[8];
        random.nextBytes(setup);
        if (random.nextBoolean()) {
            setup[0] = (byte) (random.nextBoolean() ? 0xc0 : 0x80);
            setup[1] = (byte) random.nextInt(12);
        }
        to.write(setup);
        byte[] data = new byte[toHost ? 0 : length];
        random.nextBytes(data);
        to.write(data);
        byte[] bytes = message.toByteArray();
        if (random.nextInt(3) == 0) {
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                bytes[random.nextInt(48)] = (byte) random.nextInt();
            }
        }
        return random.nextInt(30) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
    }
}
