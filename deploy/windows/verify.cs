// What verify.ps1 has no words for: Win32 calls, and parties that take their turns on threads of their own.
// C# 5, which is what Add-Type compiles in Windows PowerShell.
using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.AccessControl;
using System.Text;
using System.Threading;
using Microsoft.Win32.SafeHandles;

namespace Verify
{
    static class Native
    {
        public const uint GenericRead = 0x80000000, GenericWrite = 0x40000000;

        [DllImport("kernel32.dll", CharSet = CharSet.Unicode, SetLastError = true)]
        public static extern SafeFileHandle CreateFileW(string path, uint access, uint share, IntPtr security,
            uint disposition, uint flags, IntPtr template);
        [DllImport("kernel32.dll", CharSet = CharSet.Unicode, SetLastError = true)]
        public static extern SafeFileHandle CreateNamedPipeW(string path, uint openMode, uint pipeMode, uint instances,
            uint outBuffer, uint inBuffer, uint timeout, IntPtr security);
        [DllImport("kernel32.dll", SetLastError = true)]
        public static extern bool ConnectNamedPipe(SafeFileHandle pipe, IntPtr overlapped);
        [DllImport("kernel32.dll", SetLastError = true)]
        public static extern bool GetNamedPipeInfo(SafeFileHandle pipe, out uint flags, out uint outBuffer,
            out uint inBuffer, out uint instances);
        [DllImport("kernel32.dll", SetLastError = true)]
        public static extern bool CloseHandle(IntPtr handle);
        [DllImport("kernel32.dll")]
        public static extern IntPtr GetCurrentThread();
        [DllImport("kernel32.dll", SetLastError = true)]
        public static extern bool FreeConsole();
        [DllImport("kernel32.dll", SetLastError = true)]
        public static extern bool AttachConsole(uint process);
        [DllImport("kernel32.dll", SetLastError = true)]
        public static extern bool SetConsoleCtrlHandler(IntPtr handler, bool add);
        [DllImport("kernel32.dll", SetLastError = true)]
        public static extern bool GenerateConsoleCtrlEvent(uint signal, uint group);
        [DllImport("advapi32.dll", CharSet = CharSet.Unicode, SetLastError = true)]
        public static extern bool LogonUserW(string user, string domain, string password, int kind, int provider,
            out IntPtr token);
        [DllImport("advapi32.dll", SetLastError = true)]
        public static extern bool ImpersonateLoggedOnUser(IntPtr token);
        [DllImport("advapi32.dll", SetLastError = true)]
        public static extern bool ImpersonateNamedPipeClient(SafeFileHandle pipe);
        [DllImport("advapi32.dll", SetLastError = true)]
        public static extern bool RevertToSelf();
        [DllImport("advapi32.dll", SetLastError = true)]
        public static extern bool OpenThreadToken(IntPtr thread, uint access, bool asSelf, out IntPtr token);
        [DllImport("advapi32.dll", SetLastError = true)]
        public static extern bool GetTokenInformation(IntPtr token, int kind, out int value, int size, out int needed);
        [DllImport("advapi32.dll", SetLastError = true)]
        public static extern bool GetKernelObjectSecurity(SafeFileHandle handle, uint what, byte[] descriptor,
            uint size, out uint needed);
    }

    // Who opens a pipe: this process, or another user. Kind 2 is an interactive logon, 3 a network logon.
    public sealed class Account
    {
        readonly string user, password;
        readonly int kind;

        public Account() { }

        public Account(string user, string password, int kind)
        {
            this.user = user;
            this.password = password;
            this.kind = kind;
        }

        public T Do<T>(Func<T> action)
        {
            if (user == null) return action();
            IntPtr token;
            if (!Native.LogonUserW(user, ".", password, kind, 0, out token)) throw new Win32Exception();
            try
            {
                if (!Native.ImpersonateLoggedOnUser(token)) throw new Win32Exception();
                try { return action(); }
                finally { if (!Native.RevertToSelf()) Environment.FailFast("RevertToSelf failed"); }
            }
            finally { Native.CloseHandle(token); }
        }
    }

    public static class Pipe
    {
        // Opens a pipe as clients do that know nothing of SECURITY_SQOS_PRESENT; throws the system's error.
        public static FileStream Open(string path) { return Open(path, 0); }

        static FileStream Open(string path, uint flags)
        {
            SafeFileHandle pipe = Native.CreateFileW(path, Native.GenericRead | Native.GenericWrite, 0, IntPtr.Zero,
                3, flags, IntPtr.Zero);
            if (pipe.IsInvalid) throw new Win32Exception();
            return new FileStream(pipe, FileAccess.ReadWrite, 1, false);
        }

        // The error of opening it; 0 if there was none.
        public static int OpenError(Account account, string path)
        {
            return account.Do(() =>
            {
                try { Open(path).Dispose(); }
                catch (Win32Exception error) { return error.NativeErrorCode; }
                return 0;
            });
        }

        // The error of making one more instance of a byte pipe; 0 if there was none.
        public static int MakeError(Account account, string path, bool first)
        {
            return account.Do(() =>
            {
                using (SafeFileHandle pipe = Native.CreateNamedPipeW(path, first ? 0x00080003u : 3u, 8, 255, 65536,
                    65536, 0, IntPtr.Zero))
                {
                    return pipe.IsInvalid ? Marshal.GetLastWin32Error() : 0;
                }
            });
        }

        // Sends a word and gives back what comes for it: the word, `ended`, or an error.
        public static string Echo(Account account, string path) { return Echo(account, path, 0); }

        // The same by a client that shows its token at once: SECURITY_SQOS_PRESENT, SECURITY_IDENTIFICATION.
        public static string EchoShown(Account account, string path) { return Echo(account, path, 0x00110000); }

        static string Echo(Account account, string path, uint flags)
        {
            return Within.Seconds(10, () =>
            {
                return account.Do(() =>
                {
                    try
                    {
                        using (FileStream pipe = Open(path, flags)) return Echo(pipe);
                    }
                    catch (Win32Exception error) { return "error " + error.NativeErrorCode; }
                });
            });
        }

        public static string Echo(FileStream pipe)
        {
            try
            {
                byte[] word = Encoding.ASCII.GetBytes("ferry");
                pipe.Write(word, 0, word.Length);
                byte[] came = new byte[word.Length];
                int count = 0;
                while (count < came.Length)
                {
                    int more = pipe.Read(came, count, came.Length - count);
                    if (more == 0) return "ended";
                    count += more;
                }
                return Encoding.ASCII.GetString(came);
            }
            catch (IOException) { return "ended"; }
        }

        public static byte[] ReadAll(FileStream pipe)
        {
            return Within.Seconds(20, () =>
            {
                MemoryStream all = new MemoryStream();
                byte[] piece = new byte[4096];
                try
                {
                    int count;
                    while ((count = pipe.Read(piece, 0, piece.Length)) > 0) all.Write(piece, 0, count);
                }
                catch (IOException) { }
                return all.ToArray();
            });
        }

        // PIPE_TYPE_MESSAGE (4) or not, outgoing and incoming buffer of the client's end, most instances.
        public static uint[] Info(string path)
        {
            using (FileStream pipe = Open(path))
            {
                uint flags, outBuffer, inBuffer, instances;
                if (!Native.GetNamedPipeInfo(pipe.SafeFileHandle, out flags, out outBuffer, out inBuffer,
                    out instances)) throw new Win32Exception();
                return new uint[] { flags & 4, outBuffer, inBuffer, instances };
            }
        }

        // The entries of a pipe's DACL, in their order.
        public static string Entries(string path)
        {
            using (FileStream pipe = Open(path))
            {
                byte[] descriptor = new byte[65536];
                uint needed;
                if (!Native.GetKernelObjectSecurity(pipe.SafeFileHandle, 4, descriptor, (uint)descriptor.Length,
                    out needed)) throw new Win32Exception();
                return Entries(new RawSecurityDescriptor(descriptor, 0));
            }
        }

        public static string EntriesOfSddl(string sddl)
        {
            return Entries(new RawSecurityDescriptor(sddl));
        }

        static string Entries(RawSecurityDescriptor descriptor)
        {
            List<string> entries = new List<string>();
            foreach (GenericAce ace in descriptor.DiscretionaryAcl)
            {
                QualifiedAce entry = (QualifiedAce)ace;
                uint mask = unchecked((uint)entry.AccessMask);
                // Windows keeps generic rights as those of files.
                if ((mask & 0x10000000) != 0) mask = mask & 0x0fffffff | 0x001f01ff;
                entries.Add(entry.AceQualifier + " " + mask.ToString("x") + " " + entry.SecurityIdentifier.Value);
            }
            return string.Join("; ", entries.ToArray());
        }
    }

    // A pipe's server of one client at a time, outside pipeferry.
    public sealed class PipeServer : IDisposable
    {
        readonly SafeFileHandle pipe;

        public PipeServer(string path, bool remote)
        {
            pipe = Native.CreateNamedPipeW(path, 0x00080003, remote ? 0u : 8u, 1, 65536, 65536, 0, IntPtr.Zero);
            if (pipe.IsInvalid) throw new Win32Exception();
        }

        // Waits for a client, and reads as much of what it writes; less if it leaves.
        public byte[] Accept(int most)
        {
            return Within.Seconds(15, () =>
            {
                if (!Native.ConnectNamedPipe(pipe, IntPtr.Zero))
                {
                    int error = Marshal.GetLastWin32Error();
                    // 535: it is here already. 232: it has come and left.
                    if (error != 535 && error != 232) throw new Win32Exception(error);
                }
                byte[] came = new byte[most];
                int count = 0;
                FileStream stream = new FileStream(pipe, FileAccess.ReadWrite, 1, false);
                GC.SuppressFinalize(stream);
                try
                {
                    int more;
                    while (count < most && (more = stream.Read(came, count, most - count)) > 0) count += more;
                }
                catch (IOException) { }
                Array.Resize(ref came, count);
                return came;
            });
        }

        // The error of impersonating the client; 0 if there was none.
        public int ImpersonateError()
        {
            if (!Native.ImpersonateNamedPipeClient(pipe)) return Marshal.GetLastWin32Error();
            if (!Native.RevertToSelf()) Environment.FailFast("RevertToSelf failed");
            return 0;
        }

        // 0 anonymous, 1 identification, 2 impersonation, 3 delegation.
        public int ClientLevel()
        {
            IntPtr token;
            bool opened;
            int error;
            if (!Native.ImpersonateNamedPipeClient(pipe)) throw new Win32Exception();
            try
            {
                opened = Native.OpenThreadToken(Native.GetCurrentThread(), 8, true, out token);
                error = Marshal.GetLastWin32Error();
            }
            finally { if (!Native.RevertToSelf()) Environment.FailFast("RevertToSelf failed"); }
            // ERROR_CANT_OPEN_ANONYMOUS
            if (!opened && error == 1347) return 0;
            if (!opened) throw new Win32Exception(error);
            try
            {
                int level, needed;
                if (!Native.GetTokenInformation(token, 9, out level, 4, out needed)) throw new Win32Exception();
                return level;
            }
            finally { Native.CloseHandle(token); }
        }

        public void Dispose() { pipe.Dispose(); }
    }

    // What stands behind a bridge, on a port of loopback.
    public sealed class TcpParty : IDisposable
    {
        readonly TcpListener listener = new TcpListener(IPAddress.Loopback, 0);
        readonly MemoryStream collected = new MemoryStream();
        readonly ManualResetEvent ended = new ManualResetEvent(false);
        readonly byte[] greeting;
        readonly bool echoes;

        // Says the greeting and ends, or without one says everything again or keeps it to itself.
        public TcpParty(byte[] greeting, bool echoes)
        {
            this.greeting = greeting;
            this.echoes = echoes;
            listener.Start();
            Background(() =>
            {
                while (true)
                {
                    TcpClient client = listener.AcceptTcpClient();
                    Background(() => { Serve(client); });
                }
            });
        }

        public int Port { get { return ((IPEndPoint)listener.LocalEndpoint).Port; } }

        // All that the first client sent, when it has ended; null if it does not.
        public byte[] Collected(int seconds)
        {
            return ended.WaitOne(seconds * 1000) ? collected.ToArray() : null;
        }

        void Serve(TcpClient client)
        {
            using (client)
            {
                NetworkStream stream = client.GetStream();
                if (greeting != null)
                {
                    stream.Write(greeting, 0, greeting.Length);
                    client.Client.Shutdown(SocketShutdown.Send);
                }
                byte[] piece = new byte[65536];
                int count;
                while ((count = stream.Read(piece, 0, piece.Length)) > 0)
                {
                    if (echoes) stream.Write(piece, 0, count);
                    else collected.Write(piece, 0, count);
                }
                ended.Set();
            }
        }

        static void Background(ThreadStart work)
        {
            Thread thread = new Thread(delegate()
            {
                // A party that has gone ends its thread, and nothing else.
                try { work(); }
                catch (IOException) { }
                catch (SocketException) { }
                catch (ObjectDisposedException) { }
                catch (InvalidOperationException) { }
            });
            thread.IsBackground = true;
            thread.Start();
        }

        public void Dispose() { listener.Stop(); }

        public static int FreePort()
        {
            TcpListener free = new TcpListener(IPAddress.Loopback, 0);
            free.Start();
            int port = ((IPEndPoint)free.LocalEndpoint).Port;
            free.Stop();
            return port;
        }

        // The status of a GET; 0 if nobody answers.
        public static int Status(int port, string path)
        {
            try
            {
                using (TcpClient client = new TcpClient("127.0.0.1", port))
                {
                    NetworkStream stream = client.GetStream();
                    stream.ReadTimeout = 5000;
                    byte[] request = Encoding.ASCII.GetBytes("GET " + path + " HTTP/1.0\r\nHost: localhost\r\n\r\n");
                    stream.Write(request, 0, request.Length);
                    string line = new StreamReader(stream, Encoding.ASCII).ReadLine();
                    int status;
                    return line != null && int.TryParse(line.Split(' ')[1], out status) ? status : 0;
                }
            }
            catch (IOException) { return 0; }
            catch (SocketException) { return 0; }
        }
    }

    public static class Bytes
    {
        public static byte[] Pattern(int count)
        {
            byte[] pattern = new byte[count];
            for (int at = 0; at < count; at++) pattern[at] = (byte)(at % 251);
            return pattern;
        }

        // `200000 bytes`, or what is wrong with them.
        public static string Tell(byte[] bytes, int expected)
        {
            if (bytes == null) return "no end";
            for (int at = 0; at < bytes.Length; at++)
            {
                if (bytes[at] != (byte)(at % 251)) return "another byte at " + at;
            }
            return bytes.Length == expected ? "all" : bytes.Length + " of " + expected + " bytes";
        }
    }

    public static class Within
    {
        public static T Seconds<T>(int seconds, Func<T> action)
        {
            T result = default(T);
            Exception thrown = null;
            Thread thread = new Thread(delegate()
            {
                try { result = action(); }
                catch (Exception error) { thrown = error; }
            });
            thread.IsBackground = true;
            thread.Start();
            if (!thread.Join(seconds * 1000)) throw new TimeoutException("nothing for " + seconds + " s");
            if (thrown != null) throw new InvalidOperationException(thrown.Message, thrown);
            return result;
        }
    }

    public static class Terminal
    {
        public static void SendCtrlC(int process)
        {
            Native.FreeConsole();
            if (!Native.AttachConsole((uint)process)) throw new Win32Exception();
            // It goes to everybody at that console, and we are there now.
            Native.SetConsoleCtrlHandler(IntPtr.Zero, true);
            if (!Native.GenerateConsoleCtrlEvent(0, 0)) throw new Win32Exception();
            Thread.Sleep(500);
            Native.FreeConsole();
        }
    }
}
